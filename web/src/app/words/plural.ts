/** Which of a language's plural forms a number takes. */

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

export function plural(language: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  return (count, forms) => forms[rules.select(count)] ?? forms.other;
}

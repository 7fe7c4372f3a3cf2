/** The laws of the vault: all or nothing, one at a time, sealed, and one window only. */

import { openDB } from "idb";
import { expect, test } from "vitest";
import { Vault } from "../../src/client/vault";
import { Browser } from "./browser";

const fresh = (): string => `vault-${crypto.randomUUID()}`;

async function set(vault: Vault, name: string, value: string): Promise<void> {
  await vault.change((draft) => draft.put("setting", { name, value }));
}

test("what a change has written is there when the vault is opened again", async () => {
  const name = fresh();
  const vault = await Vault.open(name);
  await vault.change((draft) => {
    draft.put("setting", { name: "one", value: "1" });
    draft.put("setting", { name: "two", value: "2" });
  });
  await vault.change((draft) => draft.delete("setting", { name: "one", value: "1" }));
  vault.close();

  const again = await Vault.open(name);

  expect(again.all("setting")).toEqual([{ name: "two", value: "2" }]);
});

test("a change that fails in the middle has changed nothing, here and on the disk", async () => {
  const name = fresh();
  const vault = await Vault.open(name);
  await set(vault, "kept", "before");

  const failing = vault.change((draft) => {
    draft.put("setting", { name: "kept", value: "after" });
    throw new Error("a crash");
  });

  await expect(failing).rejects.toThrow("a crash");
  expect(vault.one("setting", "kept")).toEqual({ name: "kept", value: "before" });
  vault.close();
  expect((await Vault.open(name)).one("setting", "kept")?.value).toBe("before");
});

test("a change sees its own rows, and others only once it is written", async () => {
  const vault = await Vault.open(fresh());
  let seen: unknown;

  await vault.change((draft) => {
    draft.put("setting", { name: "new", value: "1" });
    expect(draft.one("setting", "new")?.value).toBe("1");
    expect(draft.all("setting")).toHaveLength(1);
    seen = vault.one("setting", "new");
  });

  expect(seen).toBeNull();
  expect(vault.one("setting", "new")?.value).toBe("1");
});

test("changes that come at once wait for each other, so that none is lost", async () => {
  const vault = await Vault.open(fresh());
  await set(vault, "count", "0");

  await Promise.all(
    Array.from({ length: 50 }, () =>
      vault.change(async (draft) => {
        const count = Number(draft.one("setting", "count")?.value);
        await Promise.resolve();
        draft.put("setting", { name: "count", value: String(count + 1) });
      }),
    ),
  );

  expect(vault.one("setting", "count")?.value).toBe("50");
});

test("a change that failed does not stop the next one", async () => {
  const vault = await Vault.open(fresh());

  const failed = vault.change(() => Promise.reject(new Error("no")));
  const next = set(vault, "after", "yes");

  await expect(failed).rejects.toThrow("no");
  await next;
  expect(vault.one("setting", "after")?.value).toBe("yes");
});

test("nothing that is kept lies in clear", async () => {
  const name = fresh();
  const vault = await Vault.open(name);
  await set(vault, "secret", "a very secret word");
  vault.close();

  const db = await openDB(name);
  const rows = (await db.getAll("row")) as Uint8Array[];
  const key = (await db.get("key", "vault")) as CryptoKey;

  const text = rows.map((row) => new TextDecoder("latin1").decode(row)).join("");
  expect(text).not.toContain("secret word");
  expect(key.extractable).toBe(false);
  db.close();
});

test("a row that was changed, or put in the place of another, is damage", async () => {
  const name = fresh();
  const vault = await Vault.open(name);
  await set(vault, "one", "1");
  await set(vault, "two", "2");
  vault.close();
  const db = await openDB(name);
  const one = (await db.get("row", "setting/one")) as Uint8Array;
  await db.put("row", one, "setting/two");

  await expect(Vault.open(name)).rejects.toMatchObject({ name: "Damaged", code: "vault.damaged" });

  await db.delete("row", "setting/two");
  one[20]! ^= 1;
  await db.put("row", one, "setting/one");
  await expect(Vault.open(name)).rejects.toMatchObject({ code: "vault.damaged" });
  db.close();
});

test("a vault whose key is gone is damaged, and not begun anew", async () => {
  const name = fresh();
  const vault = await Vault.open(name);
  await set(vault, "one", "1");
  vault.close();
  const db = await openDB(name);
  await db.delete("key", "vault");
  db.close();

  await expect(Vault.open(name)).rejects.toMatchObject({ code: "vault.damaged" });
});

test("who lost the vault to another window can write no more", async () => {
  const name = fresh();
  const first = await Vault.open(name);
  await set(first, "by", "first");
  const second = await Vault.open(name);

  await expect(set(first, "by", "first again")).rejects.toMatchObject({ code: "home.elsewhere" });

  await set(second, "by", "second");
  expect(second.one("setting", "by")?.value).toBe("second");
});

test("a newer vault is left alone", async () => {
  const name = fresh();
  (await openDB(name, 99)).close();

  await expect(Vault.open(name)).rejects.toMatchObject({ code: "vault.newer" });
});

test("one window holds the home; another may take it over, and the first is told", async () => {
  const browser = await Browser.make();
  const first = browser.open("https://relay.example");
  const second = browser.open("https://relay.example");

  expect((await first.api.start()).state).toBe("empty");
  expect((await first.api.start()).state).toBe("empty"); // safe to repeat
  expect((await second.api.start()).state).toBe("elsewhere");
  await expect(second.api.bonds()).rejects.toMatchObject({ code: "home.elsewhere" });
  expect((await second.api.takeOver()).state).toBe("empty");

  await first.until("home", ({ state }) => state === "elsewhere");
  await expect(first.api.bonds()).rejects.toMatchObject({ code: "home.elsewhere" });
  expect(await second.api.bonds()).toEqual([]);
  await browser.remove();
});

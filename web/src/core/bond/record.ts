/** What the records of a bond are made of; their fields are read by `wire/fields`. */

export * from "../wire/fields";

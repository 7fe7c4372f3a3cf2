"""Make vectors/records/: what the CBOR profile of docs/spec/records.md means, and what it refuses.

Values are JSON with two additions: {"hex": "…"} is bytes, {"map": [[key, value], …]} is a map.
A file says `value` where decoding succeeds and must give the same bytes again, or `refuses` with the reason.
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "records"

GOOD: dict[str, tuple[str, Any]] = {
    "zero": ("00", 0),
    "one_byte_number": ("1818", 24),
    "two_byte_number": ("190100", 256),
    "four_byte_number": ("1a00010000", 65536),
    "eight_byte_number": ("1b0000000100000000", 4294967296),
    "largest_number": ("1b001fffffffffffff", 2**53 - 1),
    "smallest_number": ("3b001ffffffffffffe", -(2**53 - 1)),
    "minus_one": ("20", -1),
    "no_bytes": ("40", {"hex": ""}),
    "some_bytes": ("43010203", {"hex": "010203"}),
    "no_text": ("60", ""),
    "text_in_any_language": ("6ee9909ae38080f09f9494c3a9cc81", "鐚\u3000🔔é\u0301"),
    "text_with_a_zero": ("63610062", "a\x00b"),
    "true": ("f5", True),
    "false": ("f4", False),
    "null": ("f6", None),
    "no_list": ("80", []),
    "nested_lists": ("82018202820380", [1, [2, [3, []]]]),
    "no_map": ("a0", {"map": []}),
    "shorter_keys_come_first": ("a3617a016261610262616203", {"map": [["z", 1], ["aa", 2], ["ab", 3]]}),
    "a_key_that_javascript_knows": ("a1695f5f70726f746f5f5f01", {"map": [["__proto__", 1]]}),
    "sixteen_deep": ("81" * 16 + "00", [[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]),
}

REFUSED: dict[str, tuple[str, str]] = {
    "nothing": ("", "there is nothing to decode"),
    "two_values": ("0000", "something is behind the end"),
    "cut_in_a_number": ("19", "cut short"),
    "cut_in_bytes": ("430102", "cut short"),
    "cut_in_text": ("6261", "cut short"),
    "cut_in_a_list": ("8200", "cut short"),
    "cut_in_a_map": ("a16161", "cut short"),
    "a_long_zero": ("1800", "a number is written longer than it needs to be"),
    "a_long_23": ("1817", "a number is written longer than it needs to be"),
    "a_long_255": ("1900ff", "a number is written longer than it needs to be"),
    "a_long_65535": ("1a0000ffff", "a number is written longer than it needs to be"),
    "a_long_four_byte_number": ("1b00000000ffffffff", "a number is written longer than it needs to be"),
    "a_long_length": ("580161", "a length is written longer than it needs to be"),
    "a_number_that_javascript_rounds": ("1b0020000000000000", "beyond 2^53 - 1"),
    "a_negative_number_that_javascript_rounds": ("3b001fffffffffffff", "beyond 2^53 - 1"),
    "the_largest_head": ("1bffffffffffffffff", "beyond 2^53 - 1"),
    "keys_out_of_order": ("a2616201616102", "keys are out of order"),
    "long_key_before_short_key": ("a262616101617a02", "keys are out of order"),
    "a_doubled_key": ("a2616101616102", "a key is doubled"),
    "a_number_as_key": ("a10000", "a key is not text"),
    "bytes_as_key": ("a1416100", "a key is not text"),
    "a_list_as_key": ("a18000", "a key is not text"),
    "half_float": ("f93c00", "floats have no place"),
    "single_float": ("fa3f800000", "floats have no place"),
    "double_float": ("fb3ff0000000000000", "floats have no place"),
    "not_a_number": ("f97e00", "floats have no place"),
    "undefined": ("f7", "undefined has no place"),
    "another_simple_value": ("f0", "other simple values have no place"),
    "true_written_long": ("f815", "other simple values have no place"),
    "a_tag": ("c11a514b67b0", "tags have no place"),
    "a_big_number": ("c249010000000000000000", "tags have no place"),
    "indefinite_bytes": ("5f41004100ff", "indefinite lengths have no place"),
    "indefinite_text": ("7f61616162ff", "indefinite lengths have no place"),
    "indefinite_list": ("9f0001ff", "indefinite lengths have no place"),
    "indefinite_map": ("bf616100ff", "indefinite lengths have no place"),
    "a_lone_break": ("ff", "indefinite lengths have no place"),
    "a_reserved_head": ("1c", "heads 28 to 31 have no place"),
    "text_that_is_not_utf8": ("61ff", "text is not UTF-8"),
    "text_with_an_overlong_slash": ("62c0af", "text is not UTF-8"),
    "text_with_half_of_a_pair": ("63eda080", "text is not UTF-8"),
    "text_cut_in_a_character": ("62e99e", "text is not UTF-8"),
    "seventeen_deep": ("81" * 17 + "00", "nests deeper than 16"),
    "a_billion_items_in_five_bytes": ("9a3b9aca00", "cut short; and no memory is spent on the promise"),
    "a_billion_bytes_in_five_bytes": ("5a3b9aca00", "cut short; and no memory is spent on the promise"),
    "more_than_there_is_in_the_world": ("9b7fffffffffffffff", "cut short"),
}


def build() -> dict[str, str]:
    """Return the text of every file, by name."""
    files = {}
    for name, (data, value) in GOOD.items():
        files[f"{name}.json"] = {"record": data, "value": value}
    for name, (data, reason) in REFUSED.items():
        files[f"refused_{name}.json"] = {"record": data, "refuses": "encoding", "reason": reason}
    return {name: json.dumps(file, indent=1, ensure_ascii=False) + "\n" for name, file in files.items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in build().items():
        (FOLDER / name).write_text(text)
    print(f"{len(build())} files in {FOLDER}")

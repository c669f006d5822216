"""Checks every case of the vectors beside this file (or in the folder given as the only argument) with `ot_int8.py`.

Prints one line per file with its number of cases. Exits with 1 when a case differs or breaks FORMAT.md, when a file is
missing or has no case, or when a kind is unknown. Needs numpy (requirements.txt).
"""

import json
import sys
from collections import Counter
from pathlib import Path

from cases import KINDS, FormatError, expect_format, opening_matches, same
from hashes import self_check
from tree import OtError

MAX_TOTAL_BYTES = 1_500_000


def check_fields(case, kind):
    """Refuses missing and additional fields."""
    wanted = {"kind", "name", *kind.inputs.split()}
    has_results = case.get("valid", case.get("expect", True))
    if kind.checked:
        wanted |= {"valid"} if has_results else {"valid", "wrong"}
        expect_format(type(case.get("valid")) is bool, "valid is true or false")
    if has_results:
        wanted |= set(kind.results.split())
    optional = {"claimed"} if case.get("expect") is False else set()
    missing, unknown = wanted - case.keys(), case.keys() - wanted - optional
    expect_format(not missing and not unknown, f"missing fields {sorted(missing)}, unknown fields {sorted(unknown)}")
    if "fault" in wanted:
        expect_format((case["fault"] == "") is case["expect"], "fault is empty exactly when expect is true")


def differences(case, kind):
    """The names of the fields that differ from what this implementation computes."""
    check_fields(case, kind)
    if kind.compute is None:
        return [] if opening_matches(case) else ["expect"]
    try:
        results = kind.compute(case)
    except OtError as refusal:
        return [f"valid ({refusal})"] if case.get("valid", True) else []
    if not case.get("valid", True):
        return ["valid"]
    return [name for name in kind.results.split() if not same(case[name], results[name])]


def check_case(case, kinds):
    """A line that says what is wrong with a case, or None."""
    name = f"{case.get('kind')} {case.get('name')!r}"
    kind = kinds.get(case.get("kind"))
    if kind is None:
        return f"{name}: unknown kind"
    try:
        wrong = differences(case, kind)
    except (FormatError, KeyError, TypeError, ValueError, OverflowError) as error:
        return f"{name}: {type(error).__name__}: {error}"
    return f"{name}: differs in {', '.join(wrong)}" if wrong else None


def check_file(path, kinds):
    """Checks one file; returns its number of cases and the lines that say what is wrong."""
    if not path.is_file():
        return 0, ["the file is missing"]
    content = json.loads(path.read_text(encoding="utf-8"))
    if content.keys() != {"about", "cases"} or not content["cases"]:
        return 0, ["the file has about and at least one case"]
    cases = content["cases"]
    names = Counter((case.get("kind"), case.get("name")) for case in cases)
    failures = [f"{kind} {name!r}: name used twice" for (kind, name), uses in names.items() if uses > 1]
    failures += [line for line in (check_case(case, kinds) for case in cases) if line]
    missing = kinds.keys() - {kind for kind, _ in names}
    return len(cases), failures + [f"no case of kind {kind}" for kind in sorted(missing)]


def main(arguments):
    """Checks all files; returns the exit status."""
    self_check()
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    failed = False
    for stem, kinds in KINDS.items():
        count, failures = check_file(folder / f"{stem}.json", kinds)
        print(f"{stem}.json: {count} cases, {len(failures)} wrong")
        for line in failures:
            print(f"  {line}")
        failed |= bool(failures)
    found = sorted(folder.glob("*.json"))
    strangers = [path.name for path in found if path.stem not in KINDS]
    size = sum(path.stat().st_size for path in found)
    if strangers or size > MAX_TOTAL_BYTES:
        print(f"unknown files {strangers}, {size} bytes in total (at most {MAX_TOTAL_BYTES})")
        failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m auditor verify BUNDLE.zip [--head FILE]... [--witness LINE]... [--name SHA256] [--json]`

Exit status: 0 sound; 1 something is wrong; 2 something cannot be told; 3 there is nothing that could be audited.
"""

import argparse
import gc
import json
import sys
from pathlib import Path

from auditor.audit import audit
from auditor.formats import Files
from auditor.report import CANNOT_TELL, SOUND, WRONG

STATUS = {SOUND: 0, WRONG: 1, CANNOT_TELL: 2}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m auditor", description="Verifies what a backbone of Schakel leaves behind."
    )
    verify = parser.add_subparsers(dest="command", required=True).add_parser(
        "verify", help="verify a bundle or an export"
    )
    verify.add_argument("bundle", type=Path, help="the zip: of a case, of a period, or of a whole ledger")
    verify.add_argument(
        "--head",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="heads that a partner holds: the file <partner>.heads of its client, or signed notes; may be given more than once",
    )
    verify.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="LINE",
        help="a witness's public key, name+digits+base64, from the witness itself; may be given more than once",
    )
    verify.add_argument(
        "--name", metavar="SHA256", help="the number under which the bundle is known, as in a court's file"
    )
    verify.add_argument("--json", action="store_true", help="print the report as JSON")
    given = parser.parse_args(arguments)
    try:
        heads = [path.read_text(encoding="utf-8") for path in given.head]
        report = audit(Files(given.bundle), heads, given.name, given.witness)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"auditor: {error}\n")
        return 3
    text = json.dumps(report.as_json(), indent=1, ensure_ascii=False) + "\n" if given.json else report.as_text()
    sys.stdout.write(text)
    return STATUS[report.answer()]


if __name__ == "__main__":
    gc.disable()  # what it reads it keeps until it ends: to look through all of it for what is no longer used takes a quarter of its time
    sys.exit(main())

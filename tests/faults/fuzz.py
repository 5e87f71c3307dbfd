"""The fuzzer: mails that mutate towards whatever reading them has not done yet. `python -m tests.faults.fuzz FOLDER …`

Every argument goes to libFuzzer as it is. It stops at the first input that breaks a promise and writes it down.
"""

import sys

import atheris

with atheris.instrument_imports(include=["bot.intake", "email"]):
    from tests.faults.any_mail import check


def main() -> None:
    atheris.Setup([sys.argv[0], *sys.argv[1:]], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""`python -m handlers` is the console script, where none is installed."""

from handlers.cli import main

if __name__ == "__main__":
    main()

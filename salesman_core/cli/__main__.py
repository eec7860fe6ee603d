"""The command line by ``python -m``, as programs start it that must not look for a script."""

from salesman_core.cli.main import main

if __name__ == "__main__":
    main()

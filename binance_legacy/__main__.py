"""``python -m binance_legacy``: see `binance_legacy.command`."""

import sys

INTERRUPTED = 130


def main() -> int:
    """Carry out the process's command line; returns the exit code, also when Ctrl-C comes during the imports."""
    try:
        from binance_legacy.engine import interrupt

        interrupt.watch()
        from binance_legacy import command

        return command.main()
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())

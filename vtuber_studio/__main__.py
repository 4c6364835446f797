"""``python -m vtuber_studio``."""

from vtuber_studio.cli import main

if __name__ == "__main__":
    main()

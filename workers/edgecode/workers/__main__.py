"""`python -m edgecode.workers`."""

from edgecode.workers.app import main

main()

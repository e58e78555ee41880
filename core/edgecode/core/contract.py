"""Message contract: the one integer that says who can read whom.

Raised when a reader of the former number could misread a message. A build reads `READS_MIN` to `READS_MAX`, writes
`CONTRACT`, and gets only jobs whose contract it reads.
"""

CONTRACT = 1
READS_MIN = 1
READS_MAX = 1

"""Message contract: the one integer that says who can read whom.

Raised when a reader of the former number could misread a message. A build reads `READS_MIN` to `READS_MAX`, and gets
only jobs whose contract it reads. It writes `CONTRACT`, but for jobs that need a later one (`outputs_contract`): their
first event and their tasks carry that, so that a reader of the former keeps the whole job unread and runs none of it.
"""

CONTRACT = 1
READS_MIN = 1
READS_MAX = 3
# Of the first event of a shadow's job: who does not know shadows would take it for a job of a user. Its tasks are like
# any other's, so its worker needs no more than its outputs do.
SHADOWS = 3

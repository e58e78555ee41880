-- The ledger's tables. Between neighbouring releases this only grows; what needs old events is rebuilt from the log.
-- Times are microseconds since 1970 UTC, 0 where there is none; *_pb are serialized messages of edgecode.v1.

CREATE TABLE IF NOT EXISTS cursor (
    one            INTEGER PRIMARY KEY CHECK (one = 1),
    sequence       INTEGER NOT NULL,
    stream_created TEXT NOT NULL,
    message_id     TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS stamp (
    stamp_id    INTEGER PRIMARY KEY,
    service     TEXT NOT NULL,
    version     TEXT NOT NULL,
    revision    TEXT NOT NULL,
    dirty       TEXT NOT NULL,
    instance    TEXT NOT NULL,
    environment TEXT NOT NULL,
    build       TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS job (
    job_id                 TEXT PRIMARY KEY,
    asset_id               TEXT NOT NULL,
    state                  TEXT NOT NULL,
    preset                 TEXT NOT NULL,
    priority               INTEGER NOT NULL,
    caller                 TEXT NOT NULL,
    request_id             TEXT NOT NULL,
    labels                 TEXT NOT NULL,
    build                  TEXT NOT NULL,
    epoch                  INTEGER NOT NULL,
    route_revision         INTEGER NOT NULL,
    failure_reason         TEXT NOT NULL,
    failure_pb             BLOB NOT NULL,
    source_pb              BLOB NOT NULL,
    created_pb             BLOB NOT NULL,
    create_time_us         INTEGER NOT NULL,
    update_time_us         INTEGER NOT NULL,
    end_time_us            INTEGER NOT NULL,
    expire_time_us         INTEGER NOT NULL,
    first_sequence         INTEGER NOT NULL,
    last_sequence          INTEGER NOT NULL,
    stamp_id               INTEGER NOT NULL,
    path                   TEXT NOT NULL,
    traceparent            TEXT NOT NULL,
    cancel_reason          TEXT NOT NULL,
    moved_for_last_attempt INTEGER NOT NULL,
    frozen                 INTEGER NOT NULL,
    shadow_id              TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS job_by_create_time ON job (create_time_us, job_id);
CREATE INDEX IF NOT EXISTS job_by_state ON job (state, create_time_us);
CREATE INDEX IF NOT EXISTS job_by_asset ON job (asset_id);
CREATE INDEX IF NOT EXISTS job_by_expire_time ON job (expire_time_us);
CREATE INDEX IF NOT EXISTS job_by_stamp ON job (stamp_id);
CREATE INDEX IF NOT EXISTS job_by_shadow ON job (shadow_id, create_time_us, state) WHERE shadow_id != '';

CREATE TABLE IF NOT EXISTS task (
    job_id             TEXT NOT NULL,
    task_id            TEXT NOT NULL,
    kind               TEXT NOT NULL,
    state              TEXT NOT NULL,
    n                  INTEGER NOT NULL,
    epoch              INTEGER NOT NULL,
    spent              INTEGER NOT NULL,
    lost               INTEGER NOT NULL,
    alone              INTEGER NOT NULL,
    output_ids         TEXT NOT NULL,
    attempt_id         TEXT NOT NULL,
    schedule_time_us   INTEGER NOT NULL,
    not_before_time_us INTEGER NOT NULL,
    failure_reason     TEXT NOT NULL,
    failure_pb         BLOB NOT NULL,
    expire_time_us     INTEGER NOT NULL,
    PRIMARY KEY (job_id, task_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS task_by_state ON task (state, schedule_time_us);

CREATE TABLE IF NOT EXISTS attempt (
    job_id           TEXT NOT NULL,
    task_id          TEXT NOT NULL,
    attempt_id       TEXT PRIMARY KEY,
    epoch            INTEGER NOT NULL,
    n                INTEGER NOT NULL,
    state            TEXT NOT NULL,
    stamp_id         INTEGER NOT NULL,
    toolchain_digest TEXT NOT NULL,
    config_digest    TEXT NOT NULL,
    start_time_us    INTEGER NOT NULL,
    end_time_us      INTEGER NOT NULL,
    failure_reason   TEXT NOT NULL,
    fault            TEXT NOT NULL,
    failure_pb       BLOB NOT NULL,
    result_pb        BLOB NOT NULL,
    expire_time_us   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS attempt_by_job ON attempt (job_id);
CREATE INDEX IF NOT EXISTS attempt_by_end_time ON attempt (end_time_us);
CREATE INDEX IF NOT EXISTS attempt_by_stamp ON attempt (stamp_id);

CREATE TABLE IF NOT EXISTS artifact (
    artifact_id      TEXT PRIMARY KEY,
    job_id           TEXT NOT NULL,
    task_id          TEXT NOT NULL,
    attempt_id       TEXT NOT NULL,
    output_id        TEXT NOT NULL,
    kind             TEXT NOT NULL,
    sha256           TEXT NOT NULL,
    content_sha256   TEXT NOT NULL,
    size_bytes       INTEGER NOT NULL,
    build            TEXT NOT NULL,
    stamp_id         INTEGER NOT NULL,
    toolchain_digest TEXT NOT NULL,
    config_digest    TEXT NOT NULL,
    publish_time_us  INTEGER NOT NULL,
    expire_time_us   INTEGER NOT NULL,
    file_pb          BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS artifact_by_job ON artifact (job_id);
CREATE INDEX IF NOT EXISTS artifact_by_sha256 ON artifact (sha256);
CREATE INDEX IF NOT EXISTS artifact_by_build ON artifact (build, publish_time_us);
CREATE INDEX IF NOT EXISTS artifact_by_stamp ON artifact (stamp_id);

CREATE TABLE IF NOT EXISTS asset (
    asset_id       TEXT PRIMARY KEY,
    upload_id      TEXT NOT NULL,
    job_id         TEXT NOT NULL,
    caller         TEXT NOT NULL,
    file_name      TEXT NOT NULL,
    size_bytes     INTEGER NOT NULL,
    sha256         TEXT NOT NULL,
    crc32c         INTEGER NOT NULL,
    labels         TEXT NOT NULL,
    state          TEXT NOT NULL,
    create_time_us INTEGER NOT NULL,
    expire_time_us INTEGER NOT NULL,
    first_sequence INTEGER NOT NULL,
    last_sequence  INTEGER NOT NULL,
    stamp_id       INTEGER NOT NULL,
    frozen         INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS asset_by_create_time ON asset (create_time_us, asset_id);
CREATE INDEX IF NOT EXISTS asset_by_expire_time ON asset (expire_time_us);
CREATE INDEX IF NOT EXISTS asset_by_stamp ON asset (stamp_id);

CREATE TABLE IF NOT EXISTS route (
    service  TEXT NOT NULL,
    revision INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    time_us  INTEGER NOT NULL,
    route_pb BLOB NOT NULL,
    PRIMARY KEY (service, revision)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS preset (
    preset         TEXT NOT NULL,
    revision       INTEGER NOT NULL,
    sequence       INTEGER NOT NULL,
    caller         TEXT NOT NULL,
    request_id     TEXT NOT NULL,
    request_pb     BLOB NOT NULL,
    created_pb     BLOB NOT NULL,
    create_time_us INTEGER NOT NULL,
    stamp_id       INTEGER NOT NULL,
    PRIMARY KEY (preset, revision)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS preset_by_stamp ON preset (stamp_id);

CREATE TABLE IF NOT EXISTS webhook (
    webhook_id                TEXT PRIMARY KEY,
    job_id                    TEXT NOT NULL,
    url                       TEXT NOT NULL,
    filter                    TEXT NOT NULL,
    event_types               TEXT NOT NULL,
    retry_seconds             INTEGER NOT NULL,
    state                     TEXT NOT NULL,
    caller                    TEXT NOT NULL,
    secret_version            INTEGER NOT NULL,
    old_secret_expire_time_us INTEGER NOT NULL,
    create_time_us            INTEGER NOT NULL,
    expire_time_us            INTEGER NOT NULL,
    first_sequence            INTEGER NOT NULL,
    last_sequence             INTEGER NOT NULL,
    delete_sequence           INTEGER NOT NULL,
    stamp_id                  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS webhook_by_job ON webhook (job_id);
CREATE INDEX IF NOT EXISTS webhook_by_create_time ON webhook (create_time_us, webhook_id);
CREATE INDEX IF NOT EXISTS webhook_by_stamp ON webhook (stamp_id);

CREATE TABLE IF NOT EXISTS delivery (
    delivery_id      TEXT PRIMARY KEY,
    webhook_id       TEXT NOT NULL,
    job_id           TEXT NOT NULL,
    sequence         INTEGER NOT NULL,
    event_type       TEXT NOT NULL,
    origin           TEXT NOT NULL,
    state            TEXT NOT NULL,
    try_count        INTEGER NOT NULL,
    event_time_us    INTEGER NOT NULL,
    next_try_time_us INTEGER NOT NULL,
    give_up_time_us  INTEGER NOT NULL,
    tries_pb         BLOB NOT NULL,
    expire_time_us   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS delivery_by_job ON delivery (job_id);
CREATE INDEX IF NOT EXISTS delivery_by_webhook ON delivery (webhook_id, job_id, state, sequence);
CREATE INDEX IF NOT EXISTS delivery_by_state ON delivery (state, origin, next_try_time_us);
CREATE INDEX IF NOT EXISTS delivery_by_event_time ON delivery (event_time_us, delivery_id);

CREATE TABLE IF NOT EXISTS release (
    version          TEXT PRIMARY KEY,
    revision         TEXT NOT NULL,
    tag              TEXT NOT NULL,
    previous_version TEXT NOT NULL,
    commits_known    INTEGER NOT NULL,
    commit_count     INTEGER NOT NULL,
    stored_count     INTEGER NOT NULL,
    content_sha256   TEXT NOT NULL,
    notes            TEXT NOT NULL,
    url              TEXT NOT NULL,
    caller           TEXT NOT NULL,
    commit_time_us   INTEGER NOT NULL,
    register_time_us INTEGER NOT NULL,
    first_sequence   INTEGER NOT NULL,
    last_sequence    INTEGER NOT NULL,
    stamp_id         INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS release_by_change ON release (last_sequence, version);
CREATE INDEX IF NOT EXISTS release_by_stamp ON release (stamp_id);

CREATE TABLE IF NOT EXISTS release_commit (
    version   TEXT NOT NULL,
    position  INTEGER NOT NULL,
    revision  TEXT NOT NULL,
    parents   TEXT NOT NULL,
    commit_pb BLOB NOT NULL,
    PRIMARY KEY (version, position)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS release_commit_by_revision ON release_commit (revision);

CREATE TABLE IF NOT EXISTS deployment (
    deployment_id   TEXT PRIMARY KEY,
    service         TEXT NOT NULL,
    environment     TEXT NOT NULL,
    version         TEXT NOT NULL,
    revision        TEXT NOT NULL,
    state           TEXT NOT NULL,
    actor           TEXT NOT NULL,
    url             TEXT NOT NULL,
    caller          TEXT NOT NULL,
    request_id      TEXT NOT NULL,
    request_pb      BLOB NOT NULL,
    declare_time_us INTEGER NOT NULL,
    update_time_us  INTEGER NOT NULL,
    first_sequence  INTEGER NOT NULL,
    last_sequence   INTEGER NOT NULL,
    stamp_id        INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deployment_by_time ON deployment (declare_time_us, deployment_id);
CREATE INDEX IF NOT EXISTS deployment_by_stamp ON deployment (stamp_id);

CREATE TABLE IF NOT EXISTS ramp_job (
    job_id         TEXT PRIMARY KEY,
    ramp_id        TEXT NOT NULL,
    build          TEXT NOT NULL,
    version_key    TEXT NOT NULL,
    outcome        TEXT NOT NULL,
    given_sequence INTEGER NOT NULL,
    begun_sequence INTEGER NOT NULL,
    begun_time_us  INTEGER NOT NULL,
    ended_sequence INTEGER NOT NULL,
    ended_time_us  INTEGER NOT NULL,
    last_sequence  INTEGER NOT NULL,
    assigned_pb    BLOB NOT NULL,
    made           TEXT NOT NULL,
    expire_time_us INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ramp_job_by_change ON ramp_job (ramp_id, last_sequence);

CREATE TABLE IF NOT EXISTS instance (
    instance         TEXT PRIMARY KEY,
    service          TEXT NOT NULL,
    environment      TEXT NOT NULL,
    build            TEXT NOT NULL,
    toolchain_digest TEXT NOT NULL,
    config_digest    TEXT NOT NULL,
    host             TEXT NOT NULL,
    state            TEXT NOT NULL,
    appear_time_us   INTEGER NOT NULL,
    gone_time_us     INTEGER NOT NULL,
    expire_time_us   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS instance_by_state ON instance (state);
CREATE INDEX IF NOT EXISTS instance_by_gone_time ON instance (gone_time_us);
CREATE INDEX IF NOT EXISTS instance_by_expire_time ON instance (expire_time_us);

CREATE TABLE IF NOT EXISTS fleet_build (
    service       TEXT NOT NULL,
    environment   TEXT NOT NULL,
    build         TEXT NOT NULL,
    version       TEXT NOT NULL,
    revision      TEXT NOT NULL,
    dirty         INTEGER NOT NULL,
    running       INTEGER NOT NULL,
    peak          INTEGER NOT NULL,
    first_seen_us INTEGER NOT NULL,
    last_seen_us  INTEGER NOT NULL,
    up_time_us    INTEGER NOT NULL,
    up_sequence   INTEGER NOT NULL,
    down_time_us  INTEGER NOT NULL,
    announced     INTEGER NOT NULL,
    gone          INTEGER NOT NULL,
    PRIMARY KEY (service, environment, build)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fleet_digest (
    service          TEXT NOT NULL,
    environment      TEXT NOT NULL,
    toolchain_digest TEXT NOT NULL,
    config_digest    TEXT NOT NULL,
    build            TEXT NOT NULL,
    running          INTEGER NOT NULL,
    peak             INTEGER NOT NULL,
    first_seen_us    INTEGER NOT NULL,
    last_seen_us     INTEGER NOT NULL,
    up_time_us       INTEGER NOT NULL,
    up_sequence      INTEGER NOT NULL,
    down_time_us     INTEGER NOT NULL,
    announced        INTEGER NOT NULL,
    PRIMARY KEY (service, environment, toolchain_digest, config_digest)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fleet_change (
    sequence                  INTEGER PRIMARY KEY,
    service                   TEXT NOT NULL,
    environment               TEXT NOT NULL,
    kind                      TEXT NOT NULL,
    time_us                   INTEGER NOT NULL,
    build                     TEXT NOT NULL,
    version                   TEXT NOT NULL,
    revision                  TEXT NOT NULL,
    previous_build            TEXT NOT NULL,
    previous_version          TEXT NOT NULL,
    toolchain_digest          TEXT NOT NULL,
    config_digest             TEXT NOT NULL,
    previous_toolchain_digest TEXT NOT NULL,
    previous_config_digest    TEXT NOT NULL,
    running                   INTEGER NOT NULL,
    peak                      INTEGER NOT NULL,
    last_seen_us              INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS fleet_change_by_time ON fleet_change (time_us, sequence);

CREATE TABLE IF NOT EXISTS event_unread (
    sequence       INTEGER PRIMARY KEY,
    subject        TEXT NOT NULL,
    time_us        INTEGER NOT NULL,
    expire_time_us INTEGER NOT NULL,
    headers        TEXT NOT NULL,
    data           BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS event_unread_by_subject ON event_unread (subject, sequence);

# `make demo` and `make test` are the two commands; the others are their parts.
SHELL := /bin/sh
.DEFAULT_GOAL := help

# The first Python that is new enough; PYTHON=… takes another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
TEST_BIN := $(CURDIR)/.venv-test/bin
PIP := -m pip --disable-pip-version-check --no-input
PROTO_OUT ?= protos
PROTOS := $(sort $(wildcard protos/edgecode/v1/*.proto))
SERVICE_PROTOS := $(shell grep -l '^service ' $(PROTOS))

# Else, where an image sets it, every process that a test starts compiles all our modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help python-check demo demo-releases demo-rollout venv venv-test protos pins format lint types contracts proto-lint check test \
  test-media test-survival test-chaos test-rollout test-fresh test-release test-grown-up test-grpcurl test-node test-browser \
  test-s3 test-containers docs preset-outputs bench dist clean

help:
	@echo 'make demo             install into .venv, run one video through real processes, leave ./demo-output'
	@echo 'make demo-rollout     two builds of this repository: a good one ramped and promoted, a bad one rolled back'
	@echo 'make demo-releases    releases of this project cut, built, run side by side, one rolled back, some lying'
	@echo 'make test             format, lint, types, contracts, protos, then all tests that need nothing more'
	@echo 'make test-media       workers, and what comes out of every kind of source and output'
	@echo 'make test-survival    real processes killed, frozen and stopped at each point'
	@echo 'make test-chaos       random kills under load, full disks, strace, fuzz'
	@echo 'make test-rollout     real second builds ramped under a flow of jobs'
	@echo 'make test-fresh       make demo in a fresh clone (installs a second environment)'
	@echo 'make test-release     wheels, sdists, and releases cut on a clone with bump-my-version and python-semantic-release'
	@echo 'make test-grown-up    whole systems on PostgreSQL and S3 in place of the embedded stores'
	@echo 'make test-grpcurl     the documents with grpcurl and Go (needs Go)'
	@echo 'make test-node        the documents with Node (needs npm)'
	@echo 'make test-browser     packages played in Chromium (needs npm; installs the browser where apt-get may)'
	@echo 'make test-s3          the blob store on another S3 server, versitygw (needs Go)'
	@echo 'make test-containers  tests of the images (needs Docker)'
	@echo 'make preset-outputs   run every built-in preset and rewrite docs/preset-outputs.md'
	@echo 'make bench            benchmarks, each a ratio to its baseline'
	@echo 'make dist             sdist, wheel and the descriptor set of the contract'
	@echo 'make format | protos | docs | pins   rewrite sources | generated code | tables of documents | pinned requirements'

python-check:
	@test -n '$(PYTHON)' || { echo 'edgecode needs Python 3.11 or newer: install it, or say where it is with make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'edgecode needs Python 3.11 or newer, and $(PYTHON) is older: say make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo '$(PYTHON) has no venv module: install it (on Debian and Ubuntu: apt install python3-venv)' >&2; exit 1; }

.venv/runtime-pins: requirements/runtime.txt | python-check
	rm -rf .venv
	$(PYTHON) -m venv .venv
	.venv/bin/python $(PIP) install --quiet --require-hashes --only-binary :all: -r requirements/runtime.txt
	touch $@

# Always installed anew: the stamp inside must be that of the tree as it is now.
venv: .venv/runtime-pins
	.venv/bin/python $(PIP) install --quiet --force-reinstall --no-deps --no-build-isolation --no-index .

demo: venv
	.venv/bin/edgecode demo

demo-rollout: venv
	.venv/bin/python -m demos.rollout

demo-releases: venv .venv-release/pins
	.venv/bin/python -m demos.releases demo-releases-output

.venv-test/dev-pins: requirements/dev.txt pyproject.toml | python-check
	test -x $(TEST_BIN)/python || $(PYTHON) -m venv .venv-test
	$(TEST_BIN)/python $(PIP) install --quiet --require-hashes -r requirements/dev.txt
	$(TEST_BIN)/python $(PIP) install --quiet --force-reinstall --no-deps --no-build-isolation --no-index -e .
	touch $@

venv-test: .venv-test/dev-pins

# Messages with types from protoc itself; services with types from mypy-protobuf, and only where there is a service.
protos: .venv-test/dev-pins
	mkdir -p $(PROTO_OUT)
	PATH="$(TEST_BIN):$$PATH" $(TEST_BIN)/python -m grpc_tools.protoc -I protos \
	  --python_out=$(PROTO_OUT) --pyi_out=$(PROTO_OUT) $(PROTOS)
	PATH="$(TEST_BIN):$$PATH" $(TEST_BIN)/python -m grpc_tools.protoc -I protos \
	  --grpc_python_out=$(PROTO_OUT) --mypy_grpc_out=$(PROTO_OUT) $(SERVICE_PROTOS)

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --custom-compile-command 'make pins' --upgrade
pins: .venv-test/dev-pins
	$(TEST_BIN)/$(COMPILE) --all-extras pyproject.toml requirements/build.in -o requirements/runtime.txt
	$(TEST_BIN)/$(COMPILE) --all-extras pyproject.toml requirements/build.in requirements/dev.in -o requirements/dev.txt
	$(TEST_BIN)/$(subst --upgrade,,$(COMPILE)) requirements/bench.in -o requirements/bench.txt
	$(TEST_BIN)/$(COMPILE) requirements/release.in -o requirements/release.txt

format: .venv-test/dev-pins
	$(TEST_BIN)/ruff check --fix-only --quiet .
	$(TEST_BIN)/ruff format .
	$(TEST_BIN)/buf format -w

lint: .venv-test/dev-pins
	$(TEST_BIN)/ruff format --check .
	$(TEST_BIN)/ruff check .

types: .venv-test/dev-pins
	$(TEST_BIN)/mypy

contracts: .venv-test/dev-pins
	$(TEST_BIN)/lint-imports --no-logo

proto-lint: .venv-test/dev-pins
	$(TEST_BIN)/buf format --diff --exit-code
	$(TEST_BIN)/buf lint
	@tag=$$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null); \
	if [ -z "$$tag" ]; then echo "buf breaking: no release yet to compare the contract with"; \
	else $(TEST_BIN)/buf breaking --against ".git#tag=$$tag"; fi

check: lint types contracts proto-lint

# Workers, and what comes out of every kind of source and output: each encodes a lot.
MEDIA_TESTS := tests/integration/media tests/integration/worker $(patsubst %,tests/integration/api/test_%.py,outputs thumbnail_first)
# The commands in their breadth run once, on the grown-up stores.
COMMANDS_TESTS := $(patsubst %,tests/e2e/test_%.py,cli_api cli_releases cli_service cli_storage hostile progress)
# These build wheels and sdists.
BUILD_TESTS := $(patsubst %,tests/packaging/test_%.py,builds release_check revision_sources sbom)

# Whole files in this order, the long ones first: both processes end together.
test: check
	$(TEST_BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(addprefix --ignore=,$(MEDIA_TESTS) $(COMMANDS_TESTS) $(BUILD_TESTS)) tests/e2e tests/integration tests/packaging tests/conformance tests/compat tests/unit

test-media: .venv-test/dev-pins
	$(TEST_BIN)/python -m pytest -n 2 --dist loadfile $(MEDIA_TESTS)

# More processes than cores: these wait for leases.
test-survival: .venv-test/dev-pins
	$(TEST_BIN)/python -m pytest -n 3 --dist worksteal tests/survival

# Files that need what not every machine has or allows: attaching strace, and mounting in a namespace.
CHAOS_TRACED := tests/chaos/test_acknowledged_is_synced.py tests/chaos/test_hostile_traced.py
CHAOS_MOUNTED := tests/chaos/test_disk_full.py
test-chaos: .venv-test/dev-pins
	@set --; \
	if ! command -v strace >/dev/null; then why='strace not found'; \
	elif ! sh -c 'sleep 2 & timeout 1 strace -o /dev/null -p $$!; test $$? = 124' >/dev/null 2>&1; then why='strace may not attach'; \
	else why=; fi; \
	if [ -n "$$why" ]; then set -- "$$@" $(addprefix --ignore=,$(CHAOS_TRACED)); \
	  echo "$$why: make test-chaos passes over $(CHAOS_TRACED)"; fi; \
	if ! unshare --map-root-user --mount -- mount -t tmpfs -o size=1m tmpfs /mnt >/dev/null 2>&1; then \
	  set -- "$$@" $(addprefix --ignore=,$(CHAOS_MOUNTED)); \
	  echo 'no tmpfs can be mounted: make test-chaos passes over $(CHAOS_MOUNTED)'; fi; \
	$(TEST_BIN)/python -m pytest -n 2 --dist loadfile tests/chaos "$$@"

# Real second builds, ramped under a flow of jobs: clones, commits, builds, and encodes a lot.
test-rollout: .venv-test/dev-pins
	$(TEST_BIN)/python -m pytest -n 2 --dist loadfile tests/rollout

# What a newcomer does; it installs the runtime anew, which takes a minute and the package index.
test-fresh: .venv-test/dev-pins
	$(TEST_BIN)/python -m pytest tests/fresh

# The release tools live apart, as they do where releases are made.
.venv-release/pins: requirements/release.txt | python-check
	rm -rf .venv-release
	$(PYTHON) -m venv .venv-release
	.venv-release/bin/python $(PIP) install --quiet --require-hashes --only-binary :all: -r requirements/release.txt
	touch $@

test-release: .venv-test/dev-pins .venv-release/pins
	$(TEST_BIN)/python -m pytest -n 2 --dist loadfile tests/release $(BUILD_TESTS)

# Tools of others, built from source into a cache outside this folder, once.
GO_TOOLS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/edgecode/go-tools-1
$(GO_TOOLS)/grpcurl:
	GOFLAGS=-mod=mod GOBIN=$(GO_TOOLS) go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.11
	GOFLAGS=-mod=mod GOBIN=$(GO_TOOLS) go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.0
	GOFLAGS=-mod=mod GOBIN=$(GO_TOOLS) go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4

# The same systems on PostgreSQL, started from its wheel, in place of what is embedded: all commands, and the kills that
# meet ledger and store.
test-grown-up: .venv-test/dev-pins
	$(TEST_BIN)/python -m tests.grown_up -n 3 --dist loadfile tests/e2e $(patsubst %,tests/survival/test_%.py,servers workers)

test-grpcurl: .venv-test/dev-pins
	@if ! command -v go >/dev/null; then echo 'make test-grpcurl could not run: there is no Go here'; \
	elif ! $(MAKE) --no-print-directory $(GO_TOOLS)/grpcurl; then \
	  echo 'make test-grpcurl could not run: Go could not build grpcurl and the code generators'; \
	else PATH="$(GO_TOOLS):$(TEST_BIN):$$PATH" $(TEST_BIN)/python -m pytest tests/grpcurl; fi

# Apart from the tools above: it is big.
$(GO_TOOLS)/versitygw:
	GOFLAGS=-mod=mod GOBIN=$(GO_TOOLS) go install github.com/versity/versitygw/cmd/versitygw@v1.8.0

S3_TESTS := tests/conformance/test_blobs.py tests/conformance/test_s3.py tests/integration/api/test_imports.py tests/integration/api/test_storage.py
test-s3: .venv-test/dev-pins
	@if ! command -v go >/dev/null; then echo 'make test-s3 could not run: there is no Go here'; \
	elif ! $(MAKE) --no-print-directory $(GO_TOOLS)/versitygw; then \
	  echo 'make test-s3 could not run: Go could not build versitygw'; \
	else EDGECODE_TEST_S3=$(GO_TOOLS)/versitygw $(TEST_BIN)/python -m pytest $(S3_TESTS); fi

test-node: .venv-test/dev-pins
	@if ! command -v npm >/dev/null; then echo 'make test-node could not run: there is no npm here'; \
	else PATH="$(TEST_BIN):$$PATH" $(TEST_BIN)/python -m pytest tests/node; fi

# The players that sites use, outside this folder; the browser is the system's own.
PLAYERS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/edgecode/players-1
$(PLAYERS)/installed:
	mkdir -p $(PLAYERS)
	npm install --silent --no-audit --no-fund --ignore-scripts --prefix $(PLAYERS) hls.js@1.7.4 dashjs@5.2.1
	touch $@

find_browser = $$(for b in chromium chromium-browser google-chrome; do command -v $$b && break; done)
test-browser: .venv-test/dev-pins
	@if test -z "$(find_browser)" && test "$$(id -u)" = 0; then \
	  (apt-get update && timeout 300 apt-get install -y --no-install-recommends chromium) >/dev/null 2>&1; fi; \
	if test -z "$(find_browser)"; then \
	  echo 'make test-browser could not run: there is no Chromium here, and apt-get could not install it'; \
	elif ! command -v npm >/dev/null; then echo 'make test-browser could not run: there is no npm here'; \
	elif ! $(MAKE) --no-print-directory $(PLAYERS)/installed; then \
	  echo 'make test-browser could not run: npm could not install hls.js and dash.js'; \
	else EDGECODE_TEST_BROWSER="$(find_browser)" EDGECODE_TEST_PLAYERS=$(PLAYERS) \
	  $(TEST_BIN)/python -m pytest tests/browser; fi

test-containers: .venv-test/dev-pins
	@if ! command -v docker >/dev/null; then echo 'make test-containers could not run: there is no docker here'; \
	elif ! docker info >/dev/null 2>&1; then echo 'make test-containers could not run: no container engine answers'; \
	elif ! docker compose version >/dev/null 2>&1 && ! command -v docker-compose >/dev/null; then \
	  echo 'make test-containers could not run: there is no docker compose here'; \
	else PATH="$(TEST_BIN):$$PATH" $(TEST_BIN)/python -m pytest tests/containers; fi

docs: .venv-test/dev-pins
	$(TEST_BIN)/python -m docs.generate

# From jobs of this checkout, which take a minute or two; the page names the build, so commit first.
preset-outputs: .venv-test/dev-pins
	$(TEST_BIN)/python -m docs.preset_outputs

# What the benchmarks compare with lives apart: the product never sees it.
.venv-bench/pins: requirements/bench.txt | python-check
	rm -rf .venv-bench
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python $(PIP) install --quiet --require-hashes --only-binary :all: -r requirements/bench.txt
	touch $@

# BENCH names rows and options: make bench BENCH='create-job --rounds 3'
bench: .venv-test/dev-pins .venv-bench/pins
	$(TEST_BIN)/python -m bench $(BENCH)

# What a release is made of: sdist, wheel from it, and the contract for clients in other languages.
dist: .venv-test/dev-pins
	rm -rf dist
	$(TEST_BIN)/uv build --quiet --no-build-isolation --offline --python $(TEST_BIN)/python --out-dir dist
	$(TEST_BIN)/buf build --as-file-descriptor-set -o dist/edgecode-v1.binpb

clean:
	rm -rf .venv .venv-test .venv-bench .venv-release dist demo-output demo-releases-output

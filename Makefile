# What a person types. Each target says what it does, installs only what is missing and rebuilds only what changed.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test watch build bench reset tools

# Another population for `make run` and `make watch`: a file as docs/contract.md, section 4, describes it.
WORLD ?=
export WORLD

# What the build needs from npm lies beside the browser tests.
export PATH := $(CURDIR)/end2end/node_modules/.bin:$(PATH)

# Every crate but the browser half: built together, so that all of them share one build of each dependency.
NATIVE := --locked --workspace --exclude frontend --features app/ssr

help: ## This list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

run: ## Start the portal and a made-up outside world; Ctrl-C stops both
	@.ci/tools build
	@.ci/say "Building the site and both programs (some 10 minutes the first time, seconds after)"
	@cargo leptos build --release --frontend-only --precompress --cargo-locked
	@cargo build $(NATIVE) --bins
	@exec .ci/up

test: ## Run every check and test there is (.ci/run is this)
	@.ci/test

watch: ## Rebuild and restart at every change, with the town beside it
	@.ci/tools build
	@cargo build --locked -p simulators --bin town
	@exec .ci/up watch

build: ## Both programs and the site as a release: target/release, target/site
	@.ci/tools build
	@.ci/say "Building the release (some 15 minutes the first time)"
	@LEPTOS_HASH_FILES=true cargo leptos build --release --precompress --cargo-locked
	@cargo build --locked --release -p simulators --bin town

bench: ## Measure; prints tables and writes target/bench/*.json
	@.ci/bench

reset: ## Empty the portal's data (development only)
	@rm -rf target/data
	@.ci/say "The portal's data is gone; its key and the town's certificates stay"

tools: ## Install what is missing for `make test`
	@.ci/tools test

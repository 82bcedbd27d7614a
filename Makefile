# PostgreSQL comes from scripts/postgres: what is installed, else a pinned download.
.DEFAULT_GOAL := help
.PHONY: help demo test bench

SHELL := bash
# the majors that the tests run on
export PGBRIDGE_TEST_PG ?= 13 14 15 16 17 18
BINARY = $${CARGO_TARGET_DIR:-target}/release/pgbridge

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)$$/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: ## build pgbridge and watch it reconcile two drifted databases
	cargo build --release
	server=$$(scripts/postgres any) && PGBRIDGE_PG_BIN=$$server "$(BINARY)" demo

test: ## everything a change must pass: format, lints, documentation, tests
	for major in $${PGBRIDGE_TEST_PG//,/ }; do scripts/postgres bin "$$major" || exit; done
	scripts/postgres dump
	scripts/postgres psql
	scripts/node folder fixtures/types/tools
	scripts/node folder fixtures/flavours/tools
	scripts/crate program sqlx
	scripts/crate program diesel
	scripts/browser program
	scripts/browser modules
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo clippy --test corpus -- -D warnings
	RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps
	cargo test --no-fail-fast

bench: ## measure the speed of the big cases
	cargo bench

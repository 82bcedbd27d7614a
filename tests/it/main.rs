//! The integration tests: one binary, so that all of them share one cluster per major.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod determinism;
#[cfg(test)]
mod flavours;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod guarded;
#[cfg(test)]
mod hazards;
#[cfg(test)]
mod history;
#[cfg(test)]
mod html;
#[cfg(test)]
mod inserts;
#[cfg(test)]
mod maps;
#[cfg(test)]
mod markdown;
#[cfg(test)]
mod moving;
#[cfg(test)]
mod needs;
#[cfg(test)]
mod observed;
#[cfg(test)]
mod online;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod own_steps;
#[cfg(test)]
mod partitions;
#[cfg(test)]
mod program;
#[cfg(test)]
mod proof;
#[cfg(test)]
mod remains;
#[cfg(test)]
mod removals;
#[cfg(test)]
mod rls;
#[cfg(test)]
mod rows;
#[cfg(test)]
mod runner;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod support;
#[cfg(test)]
mod types;
#[cfg(test)]
mod unprivileged;
#[cfg(test)]
mod windows;

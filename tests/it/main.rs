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
#[cfg(test)]
mod maps;

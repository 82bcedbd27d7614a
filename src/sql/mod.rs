//! SQL text: how it is quoted, cut into tokens and cut into statements.
//!
//! A leaf: nothing else of the program is imported here, and nothing here talks to a server.
//!
//! Invariant: no function panics or drops text, whatever the input. Names and bodies come from
//! databases that may be hostile, so what [`quote`] returns stays one token, and the texts of
//! [`lexer::tokens`] joined together are the input again.

pub mod keyword;
pub mod lexer;
pub mod quote;
pub mod split;
pub mod tokens;

//! The arguments, as clap reads them.

use crate::bundle::flavour::FLAVOURS;
use crate::plan::{Drops, MAX_LINES};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Schema-drift reconciliation for PostgreSQL.
///
/// Compares two databases, dev (the reference) and prod, and writes ordered bridge migrations with
/// rollbacks, a divergence report, an execution plan and validation SQL. Nothing is ever written to
/// dev or prod.
///
/// Exit codes: 0 good, 1 the answer is no, 2 it could not be done, 3 done in part.
#[derive(Parser, Debug)]
#[command(name = "pgbridge", version, arg_required_else_help = true, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Write one database's schema to a snapshot file
    Snapshot(SnapshotArgs),
    /// Show how dev and prod differ
    ///
    /// Exit codes: 0 equal, 1 drift or something could not be compared, 2 error.
    Diff(DiffArgs),
    /// Write the bundle: migrations, rollbacks, report, execution plan, validation SQL
    ///
    /// Exit codes: 0 bundle written, 2 error, 3 bundle written but something could not be bridged
    /// or compared; each such thing is named on stderr and in the report.
    Reconcile(ReconcileArgs),
    /// Prove a bundle on a scratch database: build prod's schema, run the migrations, compare, roll back, compare
    ///
    /// Exit codes: 0 proven or proven with limits, 1 not proven, 2 error or cannot prove.
    Verify(VerifyArgs),
    /// Write the TypeScript types of one database's schema, as users of supabase-js have them
    ///
    /// Exit codes: 0 written, 2 error, 3 written but something could not be read.
    Types(TypesArgs),
    /// Draw one database, or what a bridge would change: dependencies, or tables with their columns
    ///
    /// With SRC the whole schema, with --dev and --prod what changes; their defaults come from the
    /// same variables as for `diff`. Exit codes: 0 drawn, 2 error, 3 drawn, but something could not be read or
    /// bridged.
    Graph(GraphArgs),
    /// Run the main job on two sample databases in a private PostgreSQL cluster
    Demo(DemoArgs),
}

/// Both sides.
#[derive(Args, Debug)]
pub(super) struct Sides {
    /// The reference side: a connection URI, key=value settings, or a snapshot file
    #[arg(long, value_name = "SRC", env = "PGBRIDGE_DEV_URL", hide_env_values = true)]
    pub(super) dev: String,
    /// The side that the bridge changes: a connection URI, key=value settings, or a snapshot file
    #[arg(long, value_name = "SRC", env = "PGBRIDGE_PROD_URL", hide_env_values = true)]
    pub(super) prod: String,
    /// The configuration: names, scope, checks [default: pgbridge.toml in the working directory, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

/// How to plan.
#[derive(Args, Debug)]
pub(super) struct Planning {
    /// What to do about removals: things only prod has, changes that can lose data, relaxed protection
    #[arg(long, value_enum, default_value_t = DropsArg::Report)]
    pub(super) drops: DropsArg,
    /// The role that will run the migrations [default: the role that captured prod if it owns the
    /// database, else the database's owner]
    #[arg(long, value_name = "ROLE")]
    pub(super) apply_role: Option<String>,
    /// Change tables above this size in forms that readers and writers hardly notice: bytes, or kB,
    /// MB, GB; 0 for all tables
    #[arg(long, value_name = "SIZE", default_value = "10MB")]
    pub(super) online_above: Size,
    /// Lines that a migration has at most; what must not be seen half done is never cut for it
    #[arg(long, value_name = "N", default_value_t = MAX_LINES)]
    pub(super) max_lines: usize,
}

/// A number of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Size(pub(super) i64);

impl std::str::FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let shift = match text.get(digits.len()..).unwrap_or_default().trim() {
            "" | "B" => 0,
            "kB" | "KB" => 10,
            "MB" => 20,
            "GB" => 30,
            "TB" => 40,
            unit => return Err(format!("{unit} is no unit: B, kB, MB, GB, TB")),
        };
        let number: i64 =
            digits.trim().parse().map_err(|_| "a number with a unit, such as 10MB".to_owned())?;
        number.checked_mul(1 << shift).map(Self).ok_or_else(|| "too large".to_owned())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum DropsArg {
    /// Report them and leave prod as it is
    Report,
    /// Write them into the migrations
    Emit,
}

impl From<DropsArg> for Drops {
    fn from(drops: DropsArg) -> Self {
        match drops {
            DropsArg::Report => Self::Report,
            DropsArg::Emit => Self::Emit,
        }
    }
}

#[derive(Args, Debug)]
pub(super) struct SnapshotArgs {
    /// The database: a connection URI or key=value settings
    #[arg(value_name = "SRC")]
    pub(super) source: String,
    /// The file to write; it must not exist
    #[arg(long, short, value_name = "FILE")]
    pub(super) out: PathBuf,
}

#[derive(Args, Debug)]
pub(super) struct TypesArgs {
    /// The database: a connection URI, key=value settings, or a snapshot file
    #[arg(value_name = "SRC")]
    pub(super) source: String,
    /// The file to write; it must not exist [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// The schemas, with commas; the first one stands for public where that is not among them
    /// [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(super) schemas: Vec<String>,
}

#[derive(Args, Debug)]
pub(super) struct DiffArgs {
    #[command(flatten)]
    pub(super) sides: Sides,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) planning: Planning,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Format {
    /// A table for people
    Table,
    /// JSON for programs
    Json,
    /// The SQL that would bridge it
    Sql,
}

#[derive(Args, Debug)]
pub(super) struct ReconcileArgs {
    #[command(flatten)]
    pub(super) sides: Sides,
    /// The folder to write; it must not exist, or be empty
    #[arg(long, short, value_name = "DIR")]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) planning: Planning,
    /// Write statements that can be run again: each step looks first whether what it promises is there,
    /// by its definition, and stops where something else has its name
    #[arg(long)]
    pub(super) guarded: bool,
    /// Write the migrations in the form of another runner as well, under runners/; may be given
    /// more than once
    #[arg(long, value_name = "RUNNER", value_parser = flavour_names())]
    pub(super) flavour: Vec<String>,
    /// Time of the first migration [default: SOURCE_DATE_EPOCH, else now]
    #[arg(long, value_name = "YYYYMMDDHHMMSS")]
    pub(super) timestamp: Option<String>,
    /// The folder with the files of a migration tool, where its table does not hold their texts
    /// [default: `migrations` under `[history]` in pgbridge.toml]
    #[arg(long, value_name = "DIR")]
    pub(super) migrations: Option<PathBuf>,
    /// Replay recorded migrations that one side lacks on a scratch database: those that have nothing left to
    /// do after the bridge are marked as applied under history/
    #[arg(long)]
    pub(super) prove_history: bool,
    /// A server where a scratch database may be created; never prod's [default: a private cluster
    /// from the PostgreSQL binaries of this machine]
    #[arg(long, value_name = "URL", requires = "prove_history")]
    pub(super) scratch: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct VerifyArgs {
    /// The bundle's folder
    #[arg(value_name = "DIR")]
    pub(super) bundle: PathBuf,
    /// A server where a scratch database may be created; never prod's [default: a private cluster
    /// from the PostgreSQL binaries of this machine]
    #[arg(long, value_name = "URL")]
    pub(super) scratch: Option<String>,
    /// Rows to seed into each table before the migrations run; none may be lost that the plan does
    /// not name
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) data: usize,
    /// The configuration: checks of row-level security [default: pgbridge.toml in the working
    /// directory, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Accept no limits: exit 0 only when proven
    #[arg(long)]
    pub(super) strict: bool,
}

#[derive(Args, Debug)]
pub(super) struct DemoArgs {
    /// The folder for the bundle [default: a new temporary folder]
    #[arg(long, short, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
}

/// The runners by name.
fn flavour_names() -> clap::builder::PossibleValuesParser {
    FLAVOURS.iter().map(|flavour| flavour.name).collect::<Vec<_>>().into()
}

#[derive(Args, Debug)]
pub(super) struct GraphArgs {
    /// One database: a connection URI, key=value settings, or a snapshot file
    #[arg(value_name = "SRC", conflicts_with_all = ["dev", "prod"])]
    pub(super) source: Option<String>,
    /// The reference side of a difference
    #[arg(long, value_name = "SRC")]
    pub(super) dev: Option<String>,
    /// The side that a bridge would change
    #[arg(long, value_name = "SRC")]
    pub(super) prod: Option<String>,
    /// The configuration of a difference [default: pgbridge.toml in the working directory, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// What to draw
    #[arg(long, value_enum, default_value_t = Drawn::Dependencies)]
    pub(super) what: Drawn,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Picture::Mermaid)]
    pub(super) format: Picture,
    /// Only objects whose name (schema.name) fits the pattern: * is any text, ? any character
    #[arg(long, value_name = "PATTERN")]
    pub(super) only: Option<String>,
    /// The file to write; it must not exist [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) planning: Planning,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Drawn {
    /// Which object needs which
    Dependencies,
    /// Tables, their columns and foreign keys
    Er,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Picture {
    /// Mermaid, for Markdown
    Mermaid,
    /// DOT, for Graphviz
    Dot,
    /// SVG, for browsers: of a large picture only a part
    Svg,
}

//! What dev is offered: the state of prod that the bridge leaves alone.

use crate::bundle::{self, File, Input, Way};
use crate::cli::error::CliError;
use crate::diff::compare;
use crate::model::Catalog;
use crate::plan::{self, Drops, Options, Plan};

/// The way from dev to the state of prod after the bridge, with the goal; what only dev has stays, and so does what
/// the bridge could not take to prod.
pub(super) struct Backport {
    wanted: Catalog,
    options: Options,
    plan: Plan,
}

impl Backport {
    pub(super) fn of(dev: &Catalog, bridge: &Plan, options: &Options) -> Self {
        let wanted = wanted(dev, bridge);
        let server = &dev.server;
        let role =
            if server.capture_role_owns { &server.capture_role } else { &server.database_owner };
        let options = Options {
            drops: Drops::Report,
            apply_role: role.clone(),
            // nobody waits for dev
            online_above: i64::MAX,
            max_lines: options.max_lines,
            own: Vec::new(),
        };
        let plan = plan::reconcile(&wanted, dev, &options);
        Self { wanted, options, plan }
    }

    /// What dev will be.
    pub(super) fn goal(&self) -> &Catalog {
        &self.plan.goal
    }
}

/// The files that take dev there.
pub(super) fn files(dev: &Catalog, bridge: &Input<'_>) -> Result<Vec<File>, CliError> {
    let Backport { wanted, options, plan } = &Backport::of(dev, bridge.plan, bridge.options);
    let divergence = compare(wanted, dev);
    let input = Input {
        dev: wanted,
        prod: dev,
        divergence: &divergence,
        plan,
        options,
        way: Way::Backport,
        flavours: &[],
        ..*bridge
    };
    let mut files = Vec::new();
    for migration in bundle::migrations(&input)? {
        let rollback = format!("backport/rollback/{}_rollback.sql", migration.name);
        files.push(File::new(
            format!("backport/migrations/{}.sql", migration.name),
            migration.forward,
        ));
        files.push(File::new(rollback, migration.back));
    }
    Ok(files)
}

fn wanted(dev: &Catalog, plan: &Plan) -> Catalog {
    let mut goal = plan.goal.clone();
    for item in &plan.unbridged {
        if dev.objects.contains_key(&item.id) {
            goal.adopt(dev, &item.id);
        }
    }
    goal
}

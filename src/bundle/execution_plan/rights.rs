//! What the executing role needs, and what of it it lacks.

use crate::bundle::Input;
use crate::markdown::code;
use crate::plan::{lacking, needs};

/// The section: every need of the migrations once, in order.
pub(super) fn section(input: &Input<'_>) -> String {
    let role = &input.options.apply_role;
    let list = |items: Vec<String>| items.join("\n");
    let needs = needs(input.plan);
    let needs: Vec<String> =
        needs.iter().map(|need| format!("- {}", code(&need.to_string()))).collect();
    if needs.is_empty() {
        return format!(
            "## Rights\n\nThe role {} needs none that it is not known to have.",
            code(role)
        );
    }
    let told = if input.prod.server.superusers.contains(role.as_str()) {
        format!(
            "The role {} is a superuser on prod: nothing is missing. Another role would need:",
            code(role)
        )
    } else {
        format!(
            "The role {} needs, unless it is a superuser (`plan.json` says which step needs what; what the files make themselves is its own):",
            code(role)
        )
    };
    let mut blocks = vec!["## Rights".to_owned(), told, list(needs)];
    let lacks = lacking(input.plan, input.prod, role);
    if !lacks.is_empty() {
        let lacks = lacks.iter().map(|lack| format!("- [ ] {}", code(lack))).collect();
        blocks.push("On prod as it was read, this is missing:".to_owned());
        blocks.push(list(lacks));
    }
    blocks.join("\n\n")
}

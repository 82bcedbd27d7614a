//! What builds left behind: on the scratch database every build succeeds, so that an index which is
//! invalid in prod is marked as such there.

use crate::connect::Session;
use crate::model::{Catalog, Kind, Object, ObjectId, Value};
use crate::sql::quote;
use crate::verify::{VerifyError, wording};

/// The mark, by the name of the attribute.
const MARK: &str = "invalid";

/// Objects of a kind that have one of the marks.
pub(super) fn marked<'a>(
    catalog: &'a Catalog,
    kind: Kind,
    marks: &'a [&str],
) -> impl Iterator<Item = &'a ObjectId> {
    let has_mark = |object: &Object| {
        let mut values = object.specs.iter().zip(&object.values);
        values.any(|(spec, value)| marks.contains(&spec.name) && value.is_true())
    };
    let objects = catalog.objects.values().filter(move |object| object.id.kind == kind);
    objects.filter(move |object| has_mark(object)).map(|object| &object.id)
}

/// The catalog with every index built to the end.
pub(super) fn built(prod: &Catalog) -> Catalog {
    let mut catalog = prod.clone();
    let invalid: Vec<ObjectId> = marked(prod, Kind::Index, &[MARK]).cloned().collect();
    for id in &invalid {
        mark(&mut catalog, id, false);
    }
    catalog
}

fn mark(catalog: &mut Catalog, id: &ObjectId, invalid: bool) {
    let Some(object) = catalog.objects.get_mut(id) else { return };
    let at = object.specs.iter().position(|spec| spec.name == MARK);
    if let Some(value) = at.and_then(|at| object.values.get_mut(at)) {
        *value = Value::flag(invalid);
    }
}

/// Marks what is there of prod's remains; where only a superuser may, people are told.
pub(super) async fn remains(
    session: &Session,
    prod: &Catalog,
    goal: &mut Catalog,
) -> Result<Option<String>, VerifyError> {
    let mut refused = Vec::new();
    for id in marked(prod, Kind::Index, &[MARK]) {
        let name = quote::literal(&quote::qualified(&[id.part(0), id.part(1)]));
        let sql = format!(
            "UPDATE pg_catalog.pg_index SET indisvalid = false \
             WHERE indexrelid = {name}::pg_catalog.regclass"
        );
        match session.run(&sql).await {
            Ok(()) => mark(goal, id, true),
            Err(error) if error.sqlstate().is_some() => refused.push(id),
            Err(error) => return Err(error.into()),
        }
    }
    let told = || wording::named(refused.iter().copied());
    Ok((!refused.is_empty())
        .then(|| format!("invalid in prod, valid on the scratch database: {}", told())))
}

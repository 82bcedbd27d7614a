//! Tables, views and composite types.

use crate::model::{Kind, Object, ObjectId, Value};
use crate::sql::tokens;
use crate::types::known::{Known, named};
use crate::types::name::TypeName;
use crate::types::routine::Routine;
use crate::types::signature;
use crate::types::ts::{Ts, key};

/// A column as it is written.
struct Column {
    name: String,
    of: Ts,
    nullable: bool,
    /// What a write does with it.
    write: Write,
}

/// What a write does with a column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Write {
    /// It takes a value, and needs one where it is not nullable.
    Takes,
    /// It takes one and has another if none is given.
    HasDefault,
    /// It takes none.
    Never,
}

impl Column {
    fn field(&self, optional: bool, nullable: bool) -> (String, Ts) {
        let mark = if optional { "?" } else { "" };
        (format!("{}{mark}", key(&self.name)), nullable_type(self.of.clone(), nullable))
    }

    fn read(&self) -> (String, Ts) {
        self.field(false, self.nullable)
    }

    fn insert(&self) -> (String, Ts) {
        match self.write {
            Write::Never => (format!("{}?", key(&self.name)), Ts::word("never")),
            Write::HasDefault => self.field(true, self.nullable),
            Write::Takes => self.field(self.nullable, self.nullable),
        }
    }

    fn update(&self) -> (String, Ts) {
        match self.write {
            Write::Never => (format!("{}?", key(&self.name)), Ts::word("never")),
            Write::HasDefault | Write::Takes => self.field(true, self.nullable),
        }
    }

    /// Any column of a view may be left out or be NULL.
    fn through_view(&self) -> (String, Ts) {
        match self.write {
            Write::Never => (format!("{}?", key(&self.name)), Ts::word("never")),
            Write::HasDefault | Write::Takes => self.field(true, true),
        }
    }
}

/// Json has null in it.
pub(super) fn nullable_type(of: Ts, nullable: bool) -> Ts {
    if of == Ts::word("Json") && !nullable {
        return Ts::word("NonNullable<Json>");
    }
    if of == Ts::word("unknown") || !nullable { of } else { of.or_null() }
}

fn type_of(object: &Object) -> TypeName {
    TypeName::parse(named(object, "type").as_str().unwrap_or_default())
}

fn column(known: &Known<'_>, object: &Object, write: Write) -> Column {
    let of = type_of(object);
    let not_null =
        ["not_null", "not_null_pending"].iter().any(|name| named(object, name).is_true());
    let nullable = !not_null && !known.refuses_null(&of);
    Column {
        name: object.id.name().to_owned(),
        of: known.of_type(&known.stored(of)),
        nullable,
        write,
    }
}

/// How a table's column takes values.
fn write_of(known: &Known<'_>, object: &Object) -> Write {
    let sequences = known.parts(&object.id, Kind::Sequence);
    let identity = sequences.iter().find_map(|sequence| named(sequence, "identity").as_str());
    if *named(object, "generated") != Value::Null || identity == Some("ALWAYS") {
        return Write::Never;
    }
    let has_default = !known.parts(&object.id, Kind::Default).is_empty();
    if identity.is_some() || has_default { Write::HasDefault } else { Write::Takes }
}

fn columns(known: &Known<'_>, table: &Object) -> Vec<Column> {
    let columns = known.parts(&table.id, Kind::Column).into_iter();
    columns.map(|object| column(known, object, write_of(known, object))).collect()
}

fn view_columns(known: &Known<'_>, view: &Object) -> Vec<Column> {
    let all =
        view.id.kind == Kind::View && COMMANDS.iter().any(|command| is_taken(known, view, command));
    let write = |object: &Object| {
        if all || is_updatable(known, object) { Write::Takes } else { Write::Never }
    };
    let columns = known.parts(&view.id, Kind::ViewColumn).into_iter();
    columns.map(|object| column(known, object, write(object))).collect()
}

/// The fields of a row, for a function that returns it.
pub(super) fn row(known: &Known<'_>, relation: &Object) -> Vec<(String, Ts)> {
    let columns = match relation.id.kind {
        Kind::Table => columns(known, relation),
        _ => view_columns(known, relation),
    };
    columns.iter().map(Column::read).collect()
}

/// The same with computed fields: functions of one argument that is the row.
fn row_with_computed(
    known: &Known<'_>,
    relation: &Object,
    columns: &[Column],
    routines: &[Routine<'_>],
) -> Ts {
    let computed = routines.iter().filter(|routine| {
        let [argument] = routine.inputs.as_slice() else { return false };
        known.row_of(&argument.of).is_some_and(|row| row.id == relation.id)
    });
    let computed = computed.map(|routine| {
        let of = nullable_type(signature::returned(known, routine), true);
        (key(routine.object.id.part(1)), of)
    });
    Ts::open(columns.iter().map(Column::read).chain(computed).collect())
}

/// A table.
pub(super) fn table(
    known: &Known<'_>,
    object: &Object,
    routines: &[Routine<'_>],
    relationships: Ts,
) -> Ts {
    let columns = columns(known, object);
    let fields = |one: fn(&Column) -> (String, Ts)| Ts::open(columns.iter().map(one).collect());
    Ts::open(vec![
        ("Row".to_owned(), row_with_computed(known, object, &columns, routines)),
        ("Insert".to_owned(), fields(Column::insert)),
        ("Update".to_owned(), fields(Column::update)),
        ("Relationships".to_owned(), relationships),
    ])
}

/// A view, with what can be written through it.
pub(super) fn view(
    known: &Known<'_>,
    object: &Object,
    routines: &[Routine<'_>],
    relationships: Ts,
) -> Ts {
    let columns = view_columns(known, object);
    let written = || Ts::open(columns.iter().map(Column::through_view).collect());
    let mut fields = vec![("Row".to_owned(), row_with_computed(known, object, &columns, routines))];
    for (command, name, flag) in
        [("INSERT", "Insert", "takes_insert"), ("UPDATE", "Update", "takes_update")]
    {
        if named(object, flag).is_true() || is_taken(known, object, command) {
            fields.push((name.to_owned(), written()));
        }
    }
    fields.push(("Relationships".to_owned(), relationships));
    Ts::open(fields)
}

/// A composite type.
pub(super) fn composite(known: &Known<'_>, object: &Object) -> Ts {
    let mut attributes = known.parts(&object.id, Kind::Attribute);
    attributes.sort_by_key(|attribute| named(attribute, "position").as_int());
    let field = |attribute: &&Object| {
        let of = known.of_type(&type_of(attribute));
        (key(attribute.id.name()), nullable_type(of, true))
    };
    Ts::open(attributes.iter().map(field).collect())
}

/// Whether a write through the view reaches the column: one of a table, shown as it is by views
/// that are simple enough.
fn is_updatable(known: &Known<'_>, column: &Object) -> bool {
    let mut column = column;
    // a view shows another one, but never itself; a broken file must not hang us
    for _ in 0..1000 {
        let view = ObjectId::new(Kind::View, &[column.id.part(0), column.id.part(1)]);
        let simple = known.catalog.objects.get(&view);
        if !simple.is_some_and(|view| named(view, "updatable").is_true()) {
            return false;
        }
        let Value::Id(origin) = named(column, "origin") else { return false };
        match (origin.kind, known.catalog.objects.get(origin)) {
            (Kind::Column, _) => return true,
            (Kind::ViewColumn, Some(next)) => column = next,
            _ => return false,
        }
    }
    false
}

fn definition(object: &Object) -> &str {
    named(object, "definition").as_str().unwrap_or_default()
}

/// What is written row by row.
const COMMANDS: &[&str] = &["INSERT", "UPDATE"];

/// Whether a trigger or a rule takes whole rows of a command instead of the view.
fn is_taken(known: &Known<'_>, view: &Object, command: &str) -> bool {
    // INSTEAD OF INSERT OR UPDATE ON ...
    let trigger = |object: &Object| {
        let text = definition(object);
        let events = tokens::top_level(text, "ON").and_then(|end| text.get(..end));
        tokens::has_words(text, &["INSTEAD", "OF"])
            && events.is_some_and(|text| tokens::has_words(text, &[command]))
    };
    // ON INSERT TO ... DO INSTEAD ...
    let rule = |object: &Object| {
        let text = definition(object);
        let (head, action) = text.split_at(tokens::top_level(text, "DO").unwrap_or(text.len()));
        action.starts_with("DO INSTEAD")
            && tokens::top_level(head, "WHERE").is_none()
            && tokens::has_words(head, &["ON", command])
    };
    known.parts(&view.id, Kind::Trigger).into_iter().any(trigger)
        || known.parts(&view.id, Kind::Rule).into_iter().any(rule)
}

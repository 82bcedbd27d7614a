//! A catalog in a file.
//!
//! JSON with a `format_version`; the hash covers the catalog's canonical bytes. Nothing in it says
//! when it was taken, so that the same database gives the same file.

use crate::model::{
    AclItem, AttrSpec, Catalog, Facets, History, Kind, LedgerEntry, Need, Notice, Object, ObjectId,
    ServerInfo, Value,
};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The format that this version writes and reads.
pub const FORMAT_VERSION: u32 = 2;

/// Why a snapshot cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It is no JSON, or not of this shape.
    #[error("it is not a snapshot: {0}")]
    Shape(String),
    /// A newer pgbridge wrote it.
    #[error("its format is version {0}, and this pgbridge reads version {FORMAT_VERSION}")]
    Version(u32),
    /// It was changed after it was written.
    #[error("its content does not match its sha256: it was cut off or edited")]
    Hash,
    /// It names something that this pgbridge does not know.
    #[error("it names {0}, which this pgbridge does not know")]
    Unknown(String),
}

#[derive(Deserialize)]
struct Head {
    format_version: u32,
}

#[derive(Serialize, Deserialize)]
struct File {
    format_version: u32,
    sha256: String,
    catalog: Content,
}

#[derive(Serialize, Deserialize)]
struct Content {
    server: ServerInfo,
    objects: Vec<Entry>,
    ledger: Vec<LedgerLine>,
    /// Places in `objects`, continued by `ledger`.
    needs: Vec<(usize, usize, Need)>,
    notices: Vec<Notice>,
    /// Bytes rounded up to a power of two.
    sizes: Vec<(Id, u64)>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    data_partitions: Vec<(Id, String)>,
    /// Absent in files that were written before histories were read: then they are not known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    histories: Option<Vec<History>>,
}

#[derive(Serialize, Deserialize)]
struct Id {
    kind: String,
    path: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct LedgerLine {
    id: Id,
    entry: LedgerEntry,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    id: Id,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    parent: Option<Id>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    attributes: BTreeMap<String, Stored>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    acl: Option<Vec<(String, String, bool, String)>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    comment: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    depends_on_extensions: Vec<String>,
}

/// A value with its sort.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stored {
    Unknown,
    Bool(bool),
    Int(i64),
    Text(String),
    Sql(String),
    Id(Id),
    List(Vec<String>),
    Set(BTreeSet<String>),
    Map(IndexMap<String, String>),
    Sealed(BTreeSet<String>),
}

/// The file of a catalog.
///
/// # Errors
/// When the catalog cannot be written as JSON, which is a bug.
pub fn write(catalog: &Catalog) -> Result<String, SnapshotError> {
    let content = content(catalog);
    let shape = |error: serde_json::Error| SnapshotError::Shape(error.to_string());
    let sha256 = digest(&serde_json::to_vec(&content).map_err(shape)?);
    let file = File { format_version: FORMAT_VERSION, sha256, catalog: content };
    let mut text = serde_json::to_string_pretty(&file).map_err(shape)?;
    text.push('\n');
    Ok(text)
}

/// The catalog of a file. `specs_of` gives the attribute table of a kind.
///
/// # Errors
/// When the file is no snapshot, newer, cut off, or edited.
pub fn read(
    text: &str,
    specs_of: impl Fn(Kind) -> &'static [AttrSpec],
) -> Result<Catalog, SnapshotError> {
    let shape = |error: serde_json::Error| SnapshotError::Shape(error.to_string());
    let head: Head = serde_json::from_str(text).map_err(shape)?;
    if head.format_version != FORMAT_VERSION {
        return Err(SnapshotError::Version(head.format_version));
    }
    let file: File = serde_json::from_str(text).map_err(shape)?;
    if digest(&serde_json::to_vec(&file.catalog).map_err(shape)?) != file.sha256 {
        return Err(SnapshotError::Hash);
    }
    catalog(file.catalog, specs_of)
}

/// A SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn content(catalog: &Catalog) -> Content {
    let nodes = catalog.objects.keys().chain(catalog.ledger.keys());
    let places: BTreeMap<&ObjectId, usize> = nodes.enumerate().map(|(at, id)| (id, at)).collect();
    let mut needs = Vec::new();
    for (from, list) in &catalog.needs {
        for (to, need) in list {
            if let (Some(from), Some(to)) = (places.get(from), places.get(to)) {
                needs.push((*from, *to, *need));
            }
        }
    }
    needs.sort_unstable();
    let round = |bytes: i64| u64::try_from(bytes).unwrap_or(0).next_power_of_two();
    Content {
        server: catalog.server.clone(),
        objects: catalog.objects.values().map(entry).collect(),
        ledger: catalog
            .ledger
            .iter()
            .map(|(key, entry)| LedgerLine { id: id(key), entry: entry.clone() })
            .collect(),
        needs,
        notices: catalog.notices.clone(),
        sizes: catalog.sizes.iter().map(|(key, bytes)| (id(key), round(*bytes))).collect(),
        data_partitions: catalog
            .data_partitions
            .iter()
            .map(|(key, by)| (id(key), by.to_string()))
            .collect(),
        histories: catalog.histories.clone(),
    }
}

fn id(id: &ObjectId) -> Id {
    Id { kind: id.kind.name().to_owned(), path: id.path.iter().map(ToString::to_string).collect() }
}

fn entry(object: &Object) -> Entry {
    let values = object.specs.iter().zip(&object.values);
    let acl = |items: &BTreeSet<AclItem>| {
        let one = |item: &AclItem| {
            (
                item.grantee.to_string(),
                item.privilege.to_string(),
                item.grantable,
                item.grantor.to_string(),
            )
        };
        items.iter().map(one).collect()
    };
    Entry {
        id: id(&object.id),
        parent: object.parent.as_ref().map(id),
        attributes: values
            .filter_map(|(spec, value)| Some((spec.name.to_owned(), stored(value)?)))
            .collect(),
        owner: object.facets.owner.as_ref().map(ToString::to_string),
        acl: object.facets.acl.as_ref().map(acl),
        comment: object.facets.comment.as_ref().map(ToString::to_string),
        depends_on_extensions: object.facets.extensions.iter().map(ToString::to_string).collect(),
    }
}

fn stored(value: &Value) -> Option<Stored> {
    Some(match value {
        Value::Null => return None,
        Value::Unknown => Stored::Unknown,
        Value::Bool(flag) => Stored::Bool(*flag),
        Value::Int(number) => Stored::Int(*number),
        Value::Text(text) => Stored::Text(text.to_string()),
        Value::Sql(text) => Stored::Sql(text.to_string()),
        Value::Id(other) => Stored::Id(id(other)),
        Value::List(list) => Stored::List(list.iter().map(ToString::to_string).collect()),
        Value::Set(set) => Stored::Set(set.iter().map(ToString::to_string).collect()),
        Value::Sealed(sealed) => Stored::Sealed(sealed.keys().map(ToString::to_string).collect()),
        Value::Map(map) => Stored::Map(
            map.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
        ),
    })
}

fn catalog(
    content: Content,
    specs_of: impl Fn(Kind) -> &'static [AttrSpec],
) -> Result<Catalog, SnapshotError> {
    let mut catalog = Catalog {
        server: content.server,
        notices: content.notices,
        histories: content.histories,
        ..Catalog::default()
    };
    let mut nodes = Vec::new();
    for entry in content.objects {
        let object = object(entry, &specs_of)?;
        nodes.push(object.id.clone());
        catalog.objects.insert(object.id.clone(), object);
    }
    for line in content.ledger {
        let id = object_id(&line.id)?;
        nodes.push(id.clone());
        catalog.ledger.insert(id, line.entry);
    }
    for (from, to, need) in content.needs {
        match (nodes.get(from), nodes.get(to)) {
            (Some(from), Some(to)) => catalog.add_need(from, to, need),
            _ => return Err(SnapshotError::Shape("a need points at nothing".to_owned())),
        }
    }
    for (id, bytes) in content.sizes {
        catalog.sizes.insert(object_id(&id)?, i64::try_from(bytes).unwrap_or(i64::MAX));
    }
    for (id, by) in content.data_partitions {
        catalog.data_partitions.insert(object_id(&id)?, by.into());
    }
    Ok(catalog)
}

fn object_id(id: &Id) -> Result<ObjectId, SnapshotError> {
    let kind = Kind::parse(&id.kind)
        .ok_or_else(|| SnapshotError::Unknown(format!("the kind {}", id.kind)))?;
    Ok(ObjectId::from_parts(kind, id.path.iter().map(|part| Arc::from(part.as_str())).collect()))
}

fn object(
    entry: Entry,
    specs_of: &impl Fn(Kind) -> &'static [AttrSpec],
) -> Result<Object, SnapshotError> {
    let id = object_id(&entry.id)?;
    let specs = specs_of(id.kind);
    let mut values = vec![Value::Null; specs.len()];
    for (name, stored) in entry.attributes {
        let at = specs.iter().position(|spec| spec.name == name);
        match at.and_then(|at| values.get_mut(at)) {
            Some(slot) => *slot = value(stored)?,
            None => {
                return Err(SnapshotError::Unknown(format!(
                    "the attribute {name} of a {}",
                    id.kind
                )));
            }
        }
    }
    let item = |(grantee, privilege, grantable, grantor): (String, String, bool, String)| AclItem {
        grantee: grantee.into(),
        privilege: privilege.into(),
        grantable,
        grantor: grantor.into(),
    };
    let facets = Facets {
        owner: entry.owner.map(Arc::from),
        acl: entry.acl.map(|items| items.into_iter().map(item).collect()),
        comment: entry.comment.map(Arc::from),
        extensions: entry.depends_on_extensions.into_iter().map(Arc::from).collect(),
    };
    let parent = entry.parent.as_ref().map(object_id).transpose()?;
    Ok(Object { id, parent, specs, values, facets })
}

fn value(stored: Stored) -> Result<Value, SnapshotError> {
    Ok(match stored {
        Stored::Unknown => Value::Unknown,
        Stored::Bool(flag) => Value::Bool(flag),
        Stored::Int(number) => Value::Int(number),
        Stored::Text(text) => Value::Text(text.into()),
        Stored::Sql(text) => Value::Sql(text.into()),
        Stored::Id(id) => Value::Id(object_id(&id)?),
        Stored::List(list) => Value::List(list.into_iter().map(Arc::from).collect()),
        Stored::Set(set) => Value::Set(set.into_iter().map(Arc::from).collect()),
        Stored::Sealed(names) => {
            Value::Sealed(names.into_iter().map(|name| (Arc::from(name), None)).collect())
        }
        Stored::Map(map) => Value::Map(
            map.into_iter().map(|(key, value)| (Arc::from(key), Arc::from(value))).collect(),
        ),
    })
}

//! The attributes that a kind consists of: one static table per kind, values stand in its order.

/// One attribute of a kind.
#[derive(Debug, PartialEq, Eq)]
pub struct AttrSpec {
    /// Its name in files, reports and JSON.
    pub name: &'static str,
    /// What it is and where PostgreSQL keeps it.
    pub doc: &'static str,
    /// Whether a difference counts.
    pub compare: Compare,
}

/// What a difference of an attribute means.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Compare {
    /// Drift.
    Drift,
    /// Told, never drift: it changes no exit code.
    Info,
    /// A number that orders siblings: told where those that both sides have stand in another order.
    Rank,
    /// Nothing: the server derived it from what is compared as other attributes or objects.
    Derived,
}

/// The place of an attribute in its kind's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attr(pub usize);

impl Attr {
    /// The place of `name` in `specs`, looked up at compile time.
    ///
    /// # Panics
    /// While compiling, when there is none.
    #[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where an error stops")]
    pub const fn named(specs: &[AttrSpec], name: &str) -> Self {
        let mut at = 0;
        while at < specs.len() {
            if same(specs[at].name.as_bytes(), name.as_bytes()) {
                return Self(at);
            }
            at += 1;
        }
        panic!("no attribute of that name")
    }
}

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where an error stops")]
const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

//! The kinds of objects that pgbridge models.

use std::fmt;

macro_rules! kinds {
    ($($variant:ident = $name:literal, $doc:literal;)*) => {
        /// The kind of an object. Its order is the tie break between steps that could run in any
        /// order: what others are likely to need comes first.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Kind {
            $(#[doc = $doc] $variant,)*
        }

        impl Kind {
            /// Every kind, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The kind's name in identifiers, files and tables: PostgreSQL's own word.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The kind of that name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

kinds! {
    Schema = "schema", "A schema.";
    Extension = "extension", "An installed extension.";
    Collation = "collation", "A collation.";
    Enum = "enum", "An enumerated type.";
    Composite = "composite", "A composite type.";
    Attribute = "attribute", "An attribute of a composite type.";
    Domain = "domain", "A domain.";
    DomainConstraint = "domain_constraint", "A check of a domain.";
    Range = "range", "A range type with its multirange.";
    BaseType = "base_type", "A base type with the functions that read and write it, or a shell.";
    Sequence = "sequence", "A sequence, free, owned or of an identity column.";
    Function = "function", "A function or a window function.";
    Procedure = "procedure", "A procedure.";
    Language = "language", "A procedural language.";
    Transform = "transform", "A transform of a type for a language.";
    AccessMethod = "access_method", "An access method of tables or indexes.";
    Conversion = "conversion", "A conversion between encodings.";
    Cast = "cast", "A cast between two types.";
    Operator = "operator", "An operator.";
    Aggregate = "aggregate", "An aggregate.";
    OperatorFamily = "operator_family", "An operator family.";
    OperatorClass = "operator_class", "An operator class.";
    TsParser = "ts_parser", "A text search parser.";
    TsTemplate = "ts_template", "A text search template.";
    TsDictionary = "ts_dictionary", "A text search dictionary.";
    TsConfiguration = "ts_configuration", "A text search configuration.";
    ForeignDataWrapper = "foreign_data_wrapper", "A foreign-data wrapper.";
    Server = "server", "A foreign server.";
    UserMapping = "user_mapping", "A user mapping.";
    Table = "table", "An ordinary table.";
    Column = "column", "A column of a table.";
    Default = "default", "The default of a column.";
    View = "view", "A view.";
    ViewColumn = "view_column", "A column of a view.";
    MaterializedView = "materialized_view", "A materialized view.";
    Constraint = "constraint", "A table constraint.";
    Index = "index", "An index without a constraint.";
    Inheritance = "inheritance", "A table's link to a parent: a partition's or a child's.";
    Statistics = "statistics", "An extended statistics object.";
    Rule = "rule", "A rewrite rule.";
    Trigger = "trigger", "A trigger.";
    Policy = "policy", "A row-level security policy.";
    Publication = "publication", "A publication.";
    PublicationTable = "publication_table", "A table of a publication.";
    PublicationSchema = "publication_schema", "All tables of a schema in a publication.";
    DatabaseSetting = "database_setting", "A setting of the database.";
    RoleSetting = "role_setting", "A setting of a role in the database.";
    InitialAcl = "initial_acl", "Privileges on what initdb or an extension made.";
    DefaultAcl = "default_acl", "Default privileges of a role.";
    EventTrigger = "event_trigger", "An event trigger.";
    Unmodelled = "unmodelled", "Anything else: it stands in the coverage ledger.";
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn every_name_is_read_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.name()), Some(*kind));
        }
        assert_eq!(Kind::parse("tables"), None);
    }
}

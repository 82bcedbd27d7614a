use super::FLAVOURS;

#[test]
fn names_are_unique_and_found() {
    for flavour in FLAVOURS {
        assert_eq!(super::Flavour::parse(flavour.name).unwrap().name, flavour.name);
        assert_eq!(FLAVOURS.iter().filter(|other| other.name == flavour.name).count(), 1);
    }
    assert!(super::Flavour::parse("psql").is_none());
}

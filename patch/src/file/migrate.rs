//! From the files of older versions to those of today, one version at a time.

use std::collections::BTreeMap;

use serde_json::Value;

/// The version of the files written today.
pub const VERSION: u32 = 1;

/// The parameters of a file by string id, as they were written.
pub(super) type Params = BTreeMap<String, Value>;

/// Turns the parameters of one version into those of the next. Pure, and for ever.
type Migration = fn(Params) -> Params;

/// The version that each migration reads. A new one goes at the end, with a fixture.
const MIGRATIONS: &[(u32, Migration)] = &[];

/// The parameters of a file of `version` as a file of today would have them.
pub(super) fn to_today(version: u64, params: Params) -> Params {
    walk(MIGRATIONS, version, params)
}

fn walk(table: &[(u32, Migration)], version: u64, params: Params) -> Params {
    let due = table.iter().filter(|(from, _)| u64::from(*from) >= version);
    due.fold(params, |params, (_, migrate)| migrate(params))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[(u32, Migration)] = &[
        (1, |mut params| {
            if let Some(value) = params.remove("a") {
                params.insert("b".into(), value);
            }
            params
        }),
        (2, |mut params| {
            if let Some(value) = params.get("b").and_then(Value::as_i64) {
                params.insert("b".into(), (value * 10).into());
            }
            params
        }),
    ];

    fn check(version: u64, key: &str, expected: &[(&str, i64)]) {
        let params = Params::from([(key.to_owned(), 7.into())]);
        let expected: Params = expected.iter().map(|&(k, v)| (k.to_owned(), v.into())).collect();
        assert_eq!(walk(TABLE, version, params), expected, "from version {version}");
    }

    #[test]
    fn each_version_goes_through_all_later_steps_in_order() {
        check(1, "a", &[("b", 70)]);
        check(2, "b", &[("b", 70)]);
        check(2, "a", &[("a", 7)]);
        check(3, "b", &[("b", 7)]);
        check(99, "a", &[("a", 7)]);
    }

    #[test]
    fn the_table_leads_from_one_to_today_without_a_gap() {
        let versions: Vec<u32> = MIGRATIONS.iter().map(|(from, _)| *from).collect();
        assert_eq!(versions, (1..VERSION).collect::<Vec<_>>());
    }
}

//! The parts of a file, found without reading them.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::bounds;

/// The fields of the file, their values still text.
pub(super) struct Fields<'a>(pub(super) BTreeMap<String, &'a RawValue>);

impl<'a> Fields<'a> {
    /// Takes a field out; nothing where it is absent or `null`.
    pub(super) fn take(&mut self, key: &str) -> Option<&'a RawValue> {
        self.0.remove(key).filter(|raw| raw.get() != "null")
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the fields of a preset")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Fields<'de>, M::Error> {
                let mut fields = BTreeMap::new();
                while let Some((key, value)) = map.next_entry()? {
                    fields.insert(key, value);
                    if fields.len() > bounds::KEYS {
                        return Err(de::Error::custom("more fields than a preset can have"));
                    }
                }
                Ok(Fields(fields))
            }
        }
        from.deserialize_map(Keys)
    }
}

/// The first `N` items of a list, and how many there were.
pub(super) struct First<T, const N: usize> {
    pub(super) items: Vec<T>,
    pub(super) found: usize,
}

impl<'de, T: Deserialize<'de>, const N: usize> Deserialize<'de> for First<T, N> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Items<T, const N: usize>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>, const N: usize> Visitor<'de> for Items<T, N> {
            type Value = First<T, N>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Self::Value, S::Error> {
                let mut items = Vec::new();
                while items.len() < N {
                    match list.next_element()? {
                        Some(item) => items.push(item),
                        None => return Ok(First { found: items.len(), items }),
                    }
                }
                let mut found = N;
                while list.next_element::<IgnoredAny>()?.is_some() {
                    found += 1;
                }
                Ok(First { items, found })
            }
        }
        from.deserialize_seq(Items(std::marker::PhantomData))
    }
}

//! A tree of parameters that is also a flat list: modules of equal leaves, walked in one order.

/// Declares a module: a struct with one `T` per parameter, its documentation and its spec.
macro_rules! module {
    ($(#[$meta:meta])* $Module:ident { $( $(#[doc = $doc:literal])+ $field:ident: $spec:expr ),+ $(,)? }) => {
        $(#[$meta])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $Module<T> { $( $(#[doc = $doc])+ pub $field: T ),+ }

        impl<T> $Module<T> {
            /// Makes every leaf, in order.
            pub(super) fn build(leaf: &mut impl FnMut() -> T) -> Self {
                $Module { $( $field: leaf() ),+ }
            }
        }

        impl $Module<()> {
            pub(super) fn declare(out: &mut Vec<Def>, group: &str, stem: &str) {
                $( out.push($spec.named(group, stem, stringify!($field), concat!($($doc),+))); )+
            }
        }
    };
}

/// Declares the tree: modules, single or in arrays, each with its group name and id stem.
macro_rules! tree {
    ($(#[$meta:meta])* $Tree:ident { $( $(#[$doc:meta])+ $field:ident: $Module:ident $([$n:literal])? = $group:literal, $stem:literal ),+ $(,)? }) => {
        $(#[$meta])*
        #[repr(C)]
        pub struct $Tree<T> { $( $(#[$doc])+ pub $field: tree!(@type $Module $([$n])?) ),+ }

        impl<T> $Tree<T> {
            /// Makes a tree leaf by leaf, in schema order.
            fn build(leaf: &mut impl FnMut() -> T) -> Self {
                $Tree { $( $field: tree!(@build leaf $Module $([$n])?) ),+ }
            }
        }

        fn declare_all() -> Vec<Def> {
            let mut out = Vec::new();
            $( tree!(@declare out, $group, $stem, $Module $([$n])?); )+
            out
        }
    };
    (@type $Module:ident) => { $Module<T> };
    (@type $Module:ident [$n:literal]) => { [$Module<T>; $n] };
    (@build $leaf:ident $Module:ident) => { $Module::build($leaf) };
    (@build $leaf:ident $Module:ident [$n:literal]) => { std::array::from_fn(|_| $Module::build($leaf)) };
    (@declare $out:ident, $group:literal, $stem:literal, $Module:ident) => {
        $Module::declare(&mut $out, $group, $stem)
    };
    (@declare $out:ident, $group:literal, $stem:literal, $Module:ident [$n:literal]) => {
        for k in 1..=$n {
            $Module::declare(&mut $out, &format!("{} {k}", $group), &format!("{}.{k}", $stem));
        }
    };
}

/// Declares the options of a choice as an enum that reads plain values.
macro_rules! options {
    ($(#[$meta:meta])* $Enum:ident { $( $(#[doc = $doc:literal])+ $Variant:ident = $id:literal, $name:literal ),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $Enum { $( $(#[doc = $doc])+ $Variant ),+ }

        impl $Enum {
            /// Ids and names, in the order of the plain value.
            pub const OPTIONS: &'static [Option_] = &[ $( Option_ { id: $id, name: $name } ),+ ];

            /// The option that a plain value means; out of range means the nearest.
            pub fn of(value: f32) -> Self {
                const ALL: &[$Enum] = &[ $( $Enum::$Variant ),+ ];
                // Rounds without a call: no plain value of an option is negative.
                ALL[((value + 0.5).max(0.0) as usize).min(ALL.len() - 1)]
            }

            /// The plain value of this option.
            pub fn value(self) -> f32 {
                self as usize as f32
            }
        }
    };
}

pub(crate) use {module, options, tree};

//! Closed lists of names that stores and answers write. Whoever uses the macro has an `UnknownName` of its own in scope.

macro_rules! list {
    ($(#[$doc:meta])* $list:ident { $($(#[$each:meta])* $name:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $list {
            $($(#[$each])* #[serde(rename = $text)] $name,)+
        }

        impl $list {
            /// Each of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }

        impl FromStr for $list {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<Self, UnknownName> {
                match text { $($text => Ok(Self::$name),)+ _ => Err(UnknownName) }
            }
        }
    };
}

//! What a member may do: a closed list of permissions, and the given roles as sets of them (K6.3).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// One thing a member may be allowed to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Permission {
            $($(#[$doc])* #[serde(rename = $text)] $name,)+
        }

        impl Permission {
            /// Every permission there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable name, `resource.verb`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }

        impl FromStr for Permission {
            type Err = UnknownPermission;

            fn from_str(text: &str) -> Result<Self, UnknownPermission> {
                match text { $($text => Ok(Self::$name),)+ _ => Err(UnknownPermission) }
            }
        }

        /// Permissions as types: a handler names in its signature the one it needs.
        pub mod needs {
            use super::{Permission, Right};
            $(
                $(#[$doc])*
                #[derive(Debug, Clone, Copy)]
                pub struct $name;

                impl Right for $name {
                    const PERMISSION: Permission = Permission::$name;
                }
            )+
        }
    };
}

permissions! {
    /// Import offers.
    OffersWrite = "offers.write",
    /// Read imports and their reports.
    OffersRead = "offers.read",
    /// Upload and delete documents.
    DocumentsWrite = "documents.write",
    /// List documents and their state.
    DocumentsRead = "documents.read",
    /// Read figures.
    ReportsRead = "reports.read",
    /// Read what purges removed.
    RetentionRead = "retention.read",
    /// Change settings.
    SettingsWrite = "settings.write",
    /// Invite members.
    MembersInvite = "members.invite",
}

/// A permission as a type parameter.
pub trait Right: Send + Sync + 'static {
    /// The permission this type stands for.
    const PERMISSION: Permission;
}

/// A name that is no permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown permission")]
pub struct UnknownPermission;

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The roles every tenant starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Holds every permission.
    Manager,
    /// Writes content: offers and documents.
    Editor,
    /// Reads figures.
    Analyst,
    /// Reads content.
    Reader,
}

impl Role {
    /// Every given role.
    pub const ALL: &'static [Self] = &[Self::Manager, Self::Editor, Self::Analyst, Self::Reader];

    /// What the role may do.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission as P;
        match self {
            Self::Manager => P::ALL,
            Self::Editor => {
                &[P::OffersWrite, P::OffersRead, P::DocumentsWrite, P::DocumentsRead, P::ReportsRead]
            }
            Self::Analyst => &[P::OffersRead, P::ReportsRead],
            Self::Reader => &[P::OffersRead, P::DocumentsRead],
        }
    }

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Editor => "editor",
            Self::Analyst => "analyst",
            Self::Reader => "reader",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        Self::ALL.iter().copied().find(|role| role.as_str() == text).ok_or(UnknownPermission)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_reads_back_from_its_name() {
        for permission in Permission::ALL {
            assert_eq!(permission.as_str().parse(), Ok(*permission));
        }
    }

    #[test]
    fn only_a_manager_invites() {
        let inviting: Vec<_> =
            Role::ALL.iter().filter(|role| role.permissions().contains(&Permission::MembersInvite)).collect();
        assert_eq!(inviting, [&Role::Manager]);
    }
}

//! What a member may do: a closed list of permissions (K6.3). Roles ([`crate::role`]) are sets of them.

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
    /// Read candidates' conversations with the chatbot.
    ConversationsRead = "conversations.read",
    /// Answer candidates in the chatbot's place.
    ConversationsWrite = "conversations.write",
    /// Read figures.
    ReportsRead = "reports.read",
    /// Save reports, change them, and have them mailed.
    ReportsWrite = "reports.write",
    /// Read persons' requests about their own data, and receipts of erasures.
    PrivacyRead = "privacy.read",
    /// Enter such requests, and answer them.
    PrivacyWrite = "privacy.write",
    /// Take the tenant's data along at the end of the contract, and acknowledge that all of it was received: then it is destroyed here.
    DepartureAcknowledge = "departure.acknowledge",
    /// Read how long data is kept, what is held, and what purges removed or would remove.
    RetentionRead = "retention.read",
    /// Choose how long data is kept, and hold some of it longer.
    RetentionWrite = "retention.write",
    /// Read the tenant's own scheduled tasks and how their last runs ended.
    TasksRead = "tasks.read",
    /// Run the tenant's own scheduled tasks by hand.
    TasksRun = "tasks.run",
    /// Read projects and their products.
    ProjectsRead = "projects.read",
    /// Create, rename and archive projects and their products.
    ProjectsWrite = "projects.write",
    /// Read settings, their draft and their history.
    SettingsRead = "settings.read",
    /// Change the draft of settings.
    SettingsWrite = "settings.write",
    /// Publish settings and roll them back.
    SettingsPublish = "settings.publish",
    /// List publishable keys; their text is never shown again.
    KeysRead = "keys.read",
    /// Create, rotate and revoke publishable keys.
    KeysWrite = "keys.write",
    /// Read members with their addresses.
    MembersRead = "members.read",
    /// Invite members.
    MembersInvite = "members.invite",
    /// Grant and withdraw roles, suspend and remove members.
    MembersWrite = "members.write",
    /// Read what roles there are.
    RolesRead = "roles.read",
    /// Change what roles may do.
    RolesWrite = "roles.write",
    /// Search the audit log.
    AuditRead = "audit.read",
    /// Take the audit log out as a file.
    AuditExport = "audit.export",
}

impl Permission {
    /// Whether what it opens to the reader is about persons: such a reading is itself entered in the audit log (K8.1a).
    pub const fn is_personal(self) -> bool {
        matches!(
            self,
            Self::ConversationsRead
                | Self::PrivacyRead
                | Self::MembersRead
                | Self::AuditRead
                | Self::AuditExport
        )
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_reads_back_from_its_name() {
        for permission in Permission::ALL {
            assert_eq!(permission.as_str().parse(), Ok(*permission));
        }
    }
}

//! The closed lists that the map speaks in.

use serde::Deserialize;
use vivier_domain::member::Language;

macro_rules! names {
    ($(#[doc = $about:literal])+ $list:ident { $($(#[doc = $meaning:literal])+ $name:ident = $text:literal, $en:literal, $fr:literal;)+ }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        pub enum $list {
            $($(#[doc = $meaning])+ #[serde(rename = $text)] $name,)+
        }

        impl $list {
            /// Each of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable name, as `map.toml` has it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// For people.
            pub const fn title(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::En) => $en, (Self::$name, Language::Fr) => $fr,)+
                }
            }
        }
    };
}

names! {
    /// Where data lies.
    Store {
        /// A tenant's own database.
        Silo = "silo", "Own database of each client (PostgreSQL)", "Base de données propre à chaque client (PostgreSQL)";
        /// The shared database, under row security.
        Pool = "pool", "Shared database, under row security (PostgreSQL)", "Base de données partagée, cloisonnée par ligne (PostgreSQL)";
        /// A tenant's own table of conversations.
        Conversations = "conversations", "Own table of conversations of each client (DynamoDB)", "Table de conversations propre à chaque client (DynamoDB)";
        /// The registry of tenants.
        Registry = "registry", "Registry of clients (DynamoDB)", "Registre des clients (DynamoDB)";
        /// The shared table of records: members, roles, projects, settings, keys.
        Records = "records", "Records: members, roles, projects, settings (DynamoDB)", "Fiches : membres, rôles, projets, paramètres (DynamoDB)";
        /// Sessions of the back office.
        Sessions = "sessions", "Sessions of the back office (DynamoDB)", "Sessions du back office (DynamoDB)";
        /// Failed attempts to log in.
        Attempts = "attempts", "Attempts to log in (DynamoDB)", "Tentatives de connexion (DynamoDB)";
        /// Requests that are carried out once, and counters of limits.
        Requests = "requests", "Repeated requests and counters (DynamoDB)", "Requêtes rejouées et compteurs (DynamoDB)";
        /// Receipts of erasures: in no backup.
        Ledger = "ledger", "Ledger of erasures, in no backup (DynamoDB)", "Registre des effacements, hors sauvegardes (DynamoDB)";
        /// Tenants that leave or have left.
        Departures = "departures", "Departures of clients and certificates of destruction (DynamoDB)", "Départs de clients et attestations de destruction (DynamoDB)";
        /// The register of breaches of personal data.
        Breaches = "breaches", "Register of breaches of personal data (DynamoDB)", "Registre des violations de données (DynamoDB)";
        /// Scheduled tasks.
        Tasks = "tasks", "Scheduled tasks (DynamoDB)", "Tâches planifiées (DynamoDB)";
        /// A tenant's own bucket.
        Bucket = "bucket", "Own bucket of each client (S3)", "Compartiment propre à chaque client (S3)";
        /// Accounts of members.
        UserPool = "user_pool", "Accounts of members (Cognito)", "Comptes des membres (Cognito)";
        /// The stream of events.
        Stream = "stream", "Stream of events (Kinesis)", "Flux d'événements (Kinesis)";
        /// Queues of what failed.
        Queues = "queues", "Queues of what failed (SQS)", "Files de ce qui a échoué (SQS)";
        /// Secrets.
        Secrets = "secrets", "Secrets (Secrets Manager)", "Secrets (Secrets Manager)";
        /// Logs of functions.
        Logs = "logs", "Logs of functions (CloudWatch)", "Journaux des fonctions (CloudWatch)";
        /// Who is told of alarms.
        Alarms = "alarms", "Alarms (SNS)", "Alarmes (SNS)";
    }
}

impl Store {
    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|store| store.as_str() == name)
    }

    /// Whether it holds items of DynamoDB: what the map calls a table is a kind of item there.
    pub const fn has_items(self) -> bool {
        matches!(
            self,
            Self::Conversations
                | Self::Registry
                | Self::Records
                | Self::Sessions
                | Self::Attempts
                | Self::Requests
                | Self::Ledger
                | Self::Departures
                | Self::Breaches
                | Self::Tasks
        )
    }
}

names! {
    /// What kind of data a column holds.
    Category {
        /// What makes the suite work: keys, leases, versions, states.
        Technical = "technical", "technical", "technique";
        /// What the client brings in: offers, documents, and what is made of them.
        Content = "content", "client's content", "contenu du client";
        /// What the client chose.
        Settings = "settings", "settings", "paramètres";
        /// Numbers that are of nobody.
        Figure = "figure", "figures", "statistiques";
        /// By what a person can be written to or called.
        Contact = "contact", "contact details", "coordonnées";
        /// What a person wrote or said.
        Words = "words", "what a person wrote", "propos d'une personne";
        /// Stands for a person without a name.
        Pseudonym = "pseudonym", "pseudonymous identifier", "identifiant pseudonyme";
        /// What a person did, and when.
        Activity = "activity", "activity", "activité";
        /// From where a person came.
        Network = "network", "network address", "adresse réseau";
        /// What proves who somebody is: passwords, tokens, their hashes.
        Credential = "credential", "credentials", "éléments d'authentification";
    }
}

impl Category {
    /// Whether all data of this kind is of a person. Of the others some is: what the client brings in may name people.
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::Contact | Self::Words | Self::Pseudonym | Self::Activity | Self::Network)
    }
}

names! {
    /// Of whom data is.
    Subject {
        /// Whoever searches offers or talks to the chatbot.
        Candidate = "candidate", "candidates", "candidats";
        /// Whoever works in the back office.
        Member = "member", "members of the back office", "membres du back office";
        /// Whoever operates the suite.
        Operator = "operator", "operators", "exploitants";
        /// Whoever a text of the client names. Nobody can be looked up by it.
        Mentioned = "mentioned", "people whom the client's texts mention", "personnes citées dans les textes du client";
    }
}

names! {
    /// What an anonymised copy has in place of a personal column.
    Mask {
        /// An address that no mail reaches, the same for the same one.
        Email = "email", "made-up e-mail address", "adresse électronique fictive";
        /// A made-up name.
        Name = "name", "made-up name", "nom fictif";
        /// A number that nobody has.
        Phone = "phone", "made-up telephone number", "numéro de téléphone fictif";
        /// A text of the same length that says nothing.
        FreeText = "free_text", "filler text", "texte de remplissage";
        /// A network address of documentation.
        Address = "address", "made-up network address", "adresse réseau fictive";
        /// Another identifier, the same for the same one.
        Token = "token", "other identifier, the same for the same one", "autre identifiant, constant";
        /// The moment, moved by as many days as all others of the person.
        DateShift = "date_shift", "moved in time", "décalé dans le temps";
        /// Nothing: neither the column nor, where it is part of the key, its row is taken over.
        Drop = "drop", "not taken over", "non repris";
        /// As it is: it tells nobody apart.
        Keep = "keep", "as it is", "inchangé";
    }
}

names! {
    /// What removes data when its time is over.
    Remover {
        /// The nightly purge, function `retention`.
        Purge = "purge", "nightly purge", "purge nocturne";
        /// The store itself, by each item's expiry; reads leave out what has expired.
        Expiry = "expiry", "expiry of each item", "expiration de chaque élément";
        /// The function that keeps it.
        Function = "function", "the function that keeps it", "la fonction qui les conserve";
        /// A setting of the service that it lies in.
        Service = "service", "a setting of the service", "un réglage du service";
        /// Somebody of the client, in the product; there is no period.
        Product = "product", "the client, in the product", "le client, dans le produit";
        /// The end of the contract, when the client's stores are removed.
        TenantEnd = "tenant_end", "the end of the contract", "la fin du contrat";
        /// Nothing in the suite.
        Nobody = "nobody", "nothing", "rien";
    }
}

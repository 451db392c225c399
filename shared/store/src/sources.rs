//! Which edition of each document answers, and in which front offices. An edition is one reading of one version of its
//! file. One row a document: whoever asks sees the former edition until the row changes, and the new one from then on.

use std::collections::HashSet;

use vivier_domain::ids::{DocumentId, ProjectId};
use vivier_tenancy::rooms::database::{DatabaseError, PoolTx};

use crate::chunks::{cut_off, signed};

/// An edition that shall answer.
#[derive(Debug, Clone, Copy)]
pub struct Publication<'a> {
    /// The document.
    pub document: DocumentId,
    /// The version of its file.
    pub version: u32,
    /// The edition, all of whose pieces are staged.
    pub edition: u32,
    /// What it is called where it is cited.
    pub name: &'a str,
    /// Front offices that ask for tags are answered by documents that have one of them.
    pub tags: &'a [String],
    /// The front offices it answers in; all of them where there are none.
    pub projects: &'a [ProjectId],
    /// The identity of the model that made its vectors.
    pub model: &'a str,
    /// How many pieces it has.
    pub chunks: u32,
}

/// Makes an edition the one that answers, and removes what is staged of others or beyond its last piece. Repeating it
/// changes nothing.
pub async fn publish(tx: &PoolTx<'_>, publication: Publication<'_>) -> Result<(), DatabaseError> {
    const SQL: &str = "-- sources::publish
        INSERT INTO sources (tenant_id, document_id, version, edition, name, tags, projects, model, chunks)
        VALUES (bound_tenant(), $1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (tenant_id, document_id) DO UPDATE
        SET version = $2, edition = $3, name = $4, tags = $5, projects = $6, model = $7, chunks = $8";
    const OTHERS: &str = "-- sources::discard_others
        WITH no_vectors AS (DELETE FROM vectors WHERE document_id = $1 AND edition <> $2),
        no_terms AS (DELETE FROM terms WHERE document_id = $1 AND edition <> $2)
        DELETE FROM chunks WHERE document_id = $1 AND edition <> $2";
    let Publication { document, version, edition, name, tags, model, chunks, .. } = publication;
    let (id, count) = (document.as_uuid(), signed(chunks));
    let (version, edition_number) = (signed(version), signed(edition));
    let projects = uuids(publication.projects);
    tx.execute_one(SQL, &[&id, &version, &edition_number, &name, &tags, &projects, &model, &count]).await?;
    tx.execute(OTHERS, &[&id, &edition_number]).await?;
    cut_off(tx, document, edition, chunks).await
}

/// Changes what a document is called and where it answers, at once; whether it answers at all.
pub async fn label(
    tx: &PoolTx<'_>,
    document: DocumentId,
    name: &str,
    tags: &[String],
    projects: &[ProjectId],
) -> Result<bool, DatabaseError> {
    const SQL: &str =
        "-- sources::label\nUPDATE sources SET name = $2, tags = $3, projects = $4 WHERE document_id = $1";
    Ok(tx.execute(SQL, &[&document.as_uuid(), &name, &tags, &uuids(projects)]).await? == 1)
}

/// Lets a document answer nothing more; whether it did. Its pieces are still there.
pub async fn withdraw(tx: &PoolTx<'_>, document: DocumentId) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- sources::withdraw\nDELETE FROM sources WHERE document_id = $1";
    Ok(tx.execute(SQL, &[&document.as_uuid()]).await? == 1)
}

/// Those of some documents that answer in a front office at present, whatever tags it asks for.
pub async fn answering(
    tx: &PoolTx<'_>,
    documents: &[DocumentId],
    project: ProjectId,
) -> Result<HashSet<DocumentId>, DatabaseError> {
    const SQL: &str = "-- sources::answering
        SELECT document_id FROM sources WHERE document_id = ANY ($1) AND (projects = '{}' OR $2 = ANY (projects))";
    let ids: Vec<_> = documents.iter().map(|document| document.as_uuid()).collect();
    let rows = tx.query(SQL, &[&ids, &project.as_uuid()]).await?;
    Ok(rows.iter().map(|row| row.get::<_, uuid::Uuid>("document_id").into()).collect())
}

/// How many rows still speak of a document, in all that questions are answered from.
pub async fn remains(tx: &PoolTx<'_>, document: DocumentId) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- sources::remains
        SELECT (SELECT count(*) FROM sources WHERE document_id = $1) + (SELECT count(*) FROM chunks WHERE document_id = $1)
             + (SELECT count(*) FROM vectors WHERE document_id = $1) + (SELECT count(*) FROM terms WHERE document_id = $1)
             AS remains";
    Ok(tx.query_one(SQL, &[&document.as_uuid()]).await?.get::<_, i64>("remains").unsigned_abs())
}

fn uuids(projects: &[ProjectId]) -> Vec<uuid::Uuid> {
    projects.iter().map(|project| project.as_uuid()).collect()
}

//! The questions that a front office's answers are measured by.

use jiff::Timestamp;
use tokio_postgres::Row;
use vivier_domain::ids::{DocumentId, ProjectId, TestQuestionId};
use vivier_tenancy::rooms::database::{DatabaseError, PoolTx};

/// The most questions of one front office.
pub const MOST: u64 = 500;

/// A question with what answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestQuestion {
    /// Its id; ids follow the order in which questions were added.
    pub id: TestQuestionId,
    /// What is asked.
    pub question: String,
    /// The document that answers; none where no document does.
    pub document: Option<DocumentId>,
    /// That document's name; none when it answers nothing (any more).
    pub document_name: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// A question that is to be added.
#[derive(Debug, Clone, Copy)]
pub struct NewQuestion<'a> {
    /// Its id.
    pub id: TestQuestionId,
    /// What is asked.
    pub question: &'a str,
    /// The document that answers; none where no document does.
    pub document: Option<DocumentId>,
}

/// Adds questions and gives them as they are stored, in the order of their ids. One of the same id is the same request's,
/// and stays.
pub async fn insert(
    tx: &PoolTx<'_>,
    project: ProjectId,
    questions: &[NewQuestion<'_>],
    now: Timestamp,
) -> Result<Vec<TestQuestion>, DatabaseError> {
    const SQL: &str = "-- test_sets::insert
        INSERT INTO test_questions (tenant_id, project_id, id, question, document_id, created_at)
        SELECT bound_tenant(), $1, q.id, q.question, q.document_id, $5
        FROM unnest($2::uuid[], $3::text[], $4::uuid[]) AS q(id, question, document_id)
        ON CONFLICT (tenant_id, project_id, id) DO NOTHING";
    const STORED: &str = "-- test_sets::list_stored
        SELECT q.id, q.question, q.document_id, q.created_at, s.name
        FROM test_questions q LEFT JOIN sources s
             ON s.document_id = q.document_id AND (s.projects = '{}' OR $1 = ANY (s.projects))
        WHERE q.project_id = $1 AND q.id = ANY ($2) ORDER BY q.id";
    let ids: Vec<_> = questions.iter().map(|question| question.id.as_uuid()).collect();
    let texts: Vec<_> = questions.iter().map(|question| question.question).collect();
    let documents: Vec<_> =
        questions.iter().map(|question| question.document.map(DocumentId::as_uuid)).collect();
    tx.execute(SQL, &[&project.as_uuid(), &ids, &texts, &documents, &now]).await?;
    Ok(tx.query(STORED, &[&project.as_uuid(), &ids]).await?.iter().map(read).collect())
}

/// Changes what is asked and what answers; whether there is such a question.
pub async fn update(
    tx: &PoolTx<'_>,
    project: ProjectId,
    id: TestQuestionId,
    question: &str,
    document: Option<DocumentId>,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- test_sets::update
        UPDATE test_questions SET question = $3, document_id = $4 WHERE project_id = $1 AND id = $2";
    let document = document.map(DocumentId::as_uuid);
    Ok(tx.execute(SQL, &[&project.as_uuid(), &id.as_uuid(), &question, &document]).await? == 1)
}

/// Removes a question; whether there was one.
pub async fn delete(tx: &PoolTx<'_>, project: ProjectId, id: TestQuestionId) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- test_sets::delete\nDELETE FROM test_questions WHERE project_id = $1 AND id = $2";
    Ok(tx.execute(SQL, &[&project.as_uuid(), &id.as_uuid()]).await? == 1)
}

/// The questions behind `after`, in the order they were added.
pub async fn list(
    tx: &PoolTx<'_>,
    project: ProjectId,
    after: Option<TestQuestionId>,
    most: u32,
) -> Result<Vec<TestQuestion>, DatabaseError> {
    const SQL: &str = "-- test_sets::list
        SELECT q.id, q.question, q.document_id, q.created_at, s.name
        FROM test_questions q LEFT JOIN sources s
             ON s.document_id = q.document_id AND (s.projects = '{}' OR $1 = ANY (s.projects))
        WHERE q.project_id = $1 AND ($2::uuid IS NULL OR q.id > $2) ORDER BY q.id LIMIT $3";
    let after = after.map(TestQuestionId::as_uuid);
    let rows = tx.query(SQL, &[&project.as_uuid(), &after, &i64::from(most)]).await?;
    Ok(rows.iter().map(read).collect())
}

/// One question.
pub async fn fetch(
    tx: &PoolTx<'_>,
    project: ProjectId,
    id: TestQuestionId,
) -> Result<Option<TestQuestion>, DatabaseError> {
    const SQL: &str = "-- test_sets::fetch
        SELECT q.id, q.question, q.document_id, q.created_at, s.name
        FROM test_questions q LEFT JOIN sources s
             ON s.document_id = q.document_id AND (s.projects = '{}' OR $1 = ANY (s.projects))
        WHERE q.project_id = $1 AND q.id = $2";
    Ok(tx.query_opt(SQL, &[&project.as_uuid(), &id.as_uuid()]).await?.as_ref().map(read))
}

/// How many questions a front office has.
pub async fn count(tx: &PoolTx<'_>, project: ProjectId) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- test_sets::count\nSELECT count(*) AS n FROM test_questions WHERE project_id = $1";
    Ok(tx.query_one(SQL, &[&project.as_uuid()]).await?.get::<_, i64>("n").unsigned_abs())
}

/// The front offices that have questions and no run since `since`.
pub async fn list_due(tx: &PoolTx<'_>, since: Timestamp) -> Result<Vec<ProjectId>, DatabaseError> {
    const SQL: &str = "-- test_sets::list_due
        SELECT DISTINCT q.project_id FROM test_questions q
        WHERE NOT EXISTS (SELECT FROM test_runs r WHERE r.project_id = q.project_id
                          AND (r.created_at > $1 OR r.status IN ('queued', 'running')))
        ORDER BY q.project_id";
    let rows = tx.query(SQL, &[&since]).await?;
    Ok(rows.iter().map(|row| row.get::<_, uuid::Uuid>("project_id").into()).collect())
}

fn read(row: &Row) -> TestQuestion {
    TestQuestion {
        id: row.get::<_, uuid::Uuid>("id").into(),
        question: row.get("question"),
        document: row.get::<_, Option<uuid::Uuid>>("document_id").map(DocumentId::from),
        document_name: row.get("name"),
        created_at: row.get("created_at"),
    }
}

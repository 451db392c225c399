//! The products of a project. They are part of its record: a change is made on the project as it is now, and one that
//! meets another change is refused and may be asked for again.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{
    ids::{ProductId, ProjectId},
    permission::needs,
    project::{MOST_PRODUCTS, Product, ProductKind},
};
use vivier_runtime::http::{
    ApiJson, ApiPath, InProject, NewId, Problem, ProblemKind,
    refusals::{Changing, Reading},
};

use crate::{
    App,
    projects::{check_name, require, save},
    schema,
};

/// A product.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductView {
    /// Its id.
    product_id: Uuid,
    /// Its kind; it never changes.
    #[schema(value_type = schema::ProductKind)]
    kind: ProductKind,
    /// Its name.
    name: String,
    /// Whether it answers.
    enabled: bool,
}

impl From<Product> for ProductView {
    fn from(product: Product) -> Self {
        Self {
            product_id: product.id.as_uuid(),
            kind: product.kind,
            name: product.name,
            enabled: product.enabled,
        }
    }
}

/// The body that adds a product.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProduct {
    /// Its kind.
    #[schema(value_type = schema::ProductKind)]
    kind: ProductKind,
    /// Its name: 1 to 120 characters.
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    /// Whether it answers from the beginning; yes when it is missing.
    #[serde(default = "enabled")]
    enabled: bool,
}

const fn enabled() -> bool {
    true
}

/// The body that changes a product; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductChange {
    /// Its name: 1 to 120 characters.
    #[schema(min_length = 1, max_length = 120)]
    name: Option<String>,
    /// Whether it answers.
    enabled: Option<bool>,
}

/// Adds a product to a project.
#[utoipa::path(
    post,
    path = "/v1/projects/{project}/products",
    operation_id = "products_create",
    tag = "projects",
    params(("project" = Uuid, Path, description = "The project")),
    request_body = NewProduct,
    responses(
        (status = 201, description = "The product", body = ProductView,
            headers(("Location" = String, description = "The project it is part of"))),
        Changing,
    ),
)]
pub async fn create(
    State(app): State<App>,
    office: InProject<needs::ProjectsWrite>,
    NewId(id): NewId<ProductId>,
    ApiJson(body): ApiJson<NewProduct>,
) -> Result<Response, Problem> {
    check_name(&body.name)?;
    let records = app.tenancy.records(&office.0)?;
    let mut found = require(&records, office.1).await?;
    let products = &mut found.value.products;
    let product = Product { id, kind: body.kind, name: body.name, enabled: body.enabled };
    // It is there when the request was begun before and not answered.
    if !products.iter().any(|known| known.id == id) {
        if products.len() >= MOST_PRODUCTS {
            return Err(Problem::new(ProblemKind::LimitReached));
        }
        products.push(product.clone());
        save(&records, found.version, &found.value).await?;
    }
    let location = [(header::LOCATION, format!("/v1/projects/{}", office.1))];
    Ok((StatusCode::CREATED, location, Json(ProductView::from(product))).into_response())
}

/// Renames a product, or switches it on or off.
#[utoipa::path(
    patch,
    path = "/v1/projects/{project}/products/{id}",
    operation_id = "products_update",
    tag = "projects",
    params(("project" = Uuid, Path, description = "The project"), ("id" = Uuid, Path, description = "The product")),
    request_body = ProductChange,
    responses((status = 200, description = "The product", body = ProductView), Changing),
)]
pub async fn update(
    State(app): State<App>,
    office: InProject<needs::ProjectsWrite>,
    ApiPath((_, id)): ApiPath<(ProjectId, ProductId)>,
    ApiJson(body): ApiJson<ProductChange>,
) -> Result<Json<ProductView>, Problem> {
    if let Some(name) = &body.name {
        check_name(name)?;
    }
    let records = app.tenancy.records(&office.0)?;
    let mut found = require(&records, office.1).await?;
    let product = found.value.products.iter_mut().find(|product| product.id == id);
    let product = product.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    if let Some(name) = body.name {
        product.name = name;
    }
    product.enabled = body.enabled.unwrap_or(product.enabled);
    let view = product.clone().into();
    save(&records, found.version, &found.value).await?;
    Ok(Json(view))
}

/// Takes a product out of a project.
#[utoipa::path(
    delete,
    path = "/v1/projects/{project}/products/{id}",
    operation_id = "products_delete",
    tag = "projects",
    params(("project" = Uuid, Path, description = "The project"), ("id" = Uuid, Path, description = "The product")),
    responses(
        (status = 204, description = "It is gone"),
        Reading,
        (status = 409, description = "The project was changed in between", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub async fn delete(
    State(app): State<App>,
    office: InProject<needs::ProjectsWrite>,
    ApiPath((_, id)): ApiPath<(ProjectId, ProductId)>,
) -> Result<StatusCode, Problem> {
    let records = app.tenancy.records(&office.0)?;
    let mut found = require(&records, office.1).await?;
    let before = found.value.products.len();
    found.value.products.retain(|product| product.id != id);
    if found.value.products.len() == before {
        return Err(Problem::new(ProblemKind::NotFound));
    }
    save(&records, found.version, &found.value).await?;
    Ok(StatusCode::NO_CONTENT)
}

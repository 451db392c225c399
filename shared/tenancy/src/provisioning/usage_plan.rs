//! The tenant's usage plan: the most requests a second that the gateway lets through for one tenant, so that a flood of
//! one is no other's outage (M3). Its two offices have the same limits and are counted apart.
//!
//! The gateway counts by an API key that its authorizer names. The key is no secret: no caller can show one. The plan
//! itself keeps the tenant's limits; there is no second place that could disagree.

use aws_sdk_apigateway::{
    Client,
    error::ProvideErrorMetadata,
    types::{ApiStage as GatewayStage, Op, PatchOperation, ThrottleSettings, UsagePlan},
};
use vivier_domain::tenant::Slug;

use super::Provisioning;
use crate::{config::ApiStage, names::UsageOffice, scope::TenantScope, tenancy::TenancyError};

/// The most requests of one tenant that the gateway lets through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UsageLimits {
    /// Requests a second, on average.
    pub rate: f64,
    /// Requests at once, after a pause.
    pub burst: i32,
}

impl Default for UsageLimits {
    fn default() -> Self {
        Self { rate: 50.0, burst: 100 }
    }
}

const GONE: &str = "NotFoundException";
const THERE: &str = "ConflictException";

impl Provisioning {
    /// Makes the tenant's usage plan and its keys, and binds them to the API's stage. A plan that is there keeps its limits
    /// where `limits` names none, and is bound to the stage that is deployed now.
    pub async fn ensure_usage_plan(
        &self,
        scope: &TenantScope,
        slug: &Slug,
        limits: Option<UsageLimits>,
    ) -> Result<(), TenancyError> {
        let client = Client::new(&self.sdk);
        let stage = self.api.as_ref().ok_or(TenancyError::NotFurnished("API_ID"))?;
        let name = self.names.usage_plan(scope.tenant());
        let plan = match find_plan(&client, &name).await? {
            Some(plan) => {
                adjust(&client, &plan, stage, limits).await?;
                id_of(plan.id())?
            }
            None => make_plan(&client, &name, slug, stage, limits.unwrap_or_default()).await?,
        };
        for office in UsageOffice::ALL {
            let name = self.names.usage_key(scope.tenant(), office);
            let key = match find_key(&client, &name).await? {
                Some(key) => key,
                None => make_key(&client, &name, slug).await?,
            };
            let joined = client.create_usage_plan_key().usage_plan_id(&plan).key_id(key).key_type("API_KEY");
            match joined.send().await {
                Ok(_) => {}
                Err(error) if error.code() == Some(THERE) => {}
                Err(error) => return Err(TenancyError::cloud("apigateway")(error)),
            }
        }
        Ok(())
    }

    /// Whether the tenant's usage plan or one of its keys is there.
    pub async fn holds_usage_plan(&self, scope: &TenantScope) -> Result<bool, TenancyError> {
        let client = Client::new(&self.sdk);
        for office in UsageOffice::ALL {
            if find_key(&client, &self.names.usage_key(scope.tenant(), office)).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(find_plan(&client, &self.names.usage_plan(scope.tenant())).await?.is_some())
    }

    /// Removes the tenant's usage plan and its keys. Doing it twice is fine.
    pub async fn drop_usage_plan(&self, scope: &TenantScope) -> Result<(), TenancyError> {
        let client = Client::new(&self.sdk);
        let name = self.names.usage_plan(scope.tenant());
        if let Some(plan) = find_plan(&client, &name).await? {
            // A plan that holds for a stage cannot be removed.
            let leave =
                plan.api_stages().iter().filter_map(stage_value).map(|value| stage_patch(Op::Remove, value));
            patch(&client, &plan, leave.collect()).await?;
            let deleted = client.delete_usage_plan().usage_plan_id(id_of(plan.id())?).send().await;
            gone_is_fine(deleted)?;
        }
        for office in UsageOffice::ALL {
            let name = self.names.usage_key(scope.tenant(), office);
            if let Some(key) = find_key(&client, &name).await? {
                gone_is_fine(client.delete_api_key().api_key(key).send().await)?;
            }
        }
        Ok(())
    }
}

fn gone_is_fine<T, E>(outcome: Result<T, E>) -> Result<(), TenancyError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match outcome {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some(GONE) => Ok(()),
        Err(error) => Err(TenancyError::cloud("apigateway")(error)),
    }
}

fn id_of(id: Option<&str>) -> Result<String, TenancyError> {
    id.map(str::to_owned).ok_or(TenancyError::Corrupt("usage plan"))
}

/// The gateway finds plans by their ids alone, so their names are read page by page.
async fn find_plan(client: &Client, name: &str) -> Result<Option<UsagePlan>, TenancyError> {
    let mut pages = client.get_usage_plans().limit(500).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(TenancyError::cloud("apigateway"))?;
        if let Some(plan) = page.items().iter().find(|plan| plan.name() == Some(name)) {
            return Ok(Some(plan.clone()));
        }
    }
    Ok(None)
}

async fn find_key(client: &Client, name: &str) -> Result<Option<String>, TenancyError> {
    let mut pages = client.get_api_keys().name_query(name).limit(500).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(TenancyError::cloud("apigateway"))?;
        if let Some(key) = page.items().iter().find(|key| key.name() == Some(name)) {
            return id_of(key.id()).map(Some);
        }
    }
    Ok(None)
}

async fn make_plan(
    client: &Client,
    name: &str,
    slug: &Slug,
    stage: &ApiStage,
    limits: UsageLimits,
) -> Result<String, TenancyError> {
    let throttle = ThrottleSettings::builder().rate_limit(limits.rate).burst_limit(limits.burst).build();
    let made = client
        .create_usage_plan()
        .name(name)
        .description(slug.as_str())
        .api_stages(GatewayStage::builder().api_id(&stage.id).stage(&stage.stage).build())
        .throttle(throttle)
        .send()
        .await
        .map_err(TenancyError::cloud("apigateway"))?;
    id_of(made.id())
}

async fn make_key(client: &Client, name: &str, slug: &Slug) -> Result<String, TenancyError> {
    let made = client
        .create_api_key()
        .name(name)
        .value(name)
        .description(slug.as_str())
        .enabled(true)
        .send()
        .await
        .map_err(TenancyError::cloud("apigateway"))?;
    id_of(made.id())
}

async fn adjust(
    client: &Client,
    plan: &UsagePlan,
    stage: &ApiStage,
    limits: Option<UsageLimits>,
) -> Result<(), TenancyError> {
    let throttle = plan
        .throttle()
        .map(|throttle| UsageLimits { rate: throttle.rate_limit(), burst: throttle.burst_limit() });
    let bound: Vec<String> = plan.api_stages().iter().filter_map(stage_value).collect();
    patch(client, plan, differences(&bound, stage, throttle, limits)).await
}

/// What is to be changed about a plan. It lets go of the stage of an API that was replaced.
fn differences(
    bound: &[String],
    stage: &ApiStage,
    has: Option<UsageLimits>,
    wanted: Option<UsageLimits>,
) -> Vec<PatchOperation> {
    let own = format!("{}:{}", stage.id, stage.stage);
    let mut changes: Vec<_> = bound
        .iter()
        .filter(|value| **value != own)
        .map(|value| stage_patch(Op::Remove, value.clone()))
        .collect();
    if !bound.contains(&own) {
        changes.push(stage_patch(Op::Add, own));
    }
    // A plan without limits would let everything through.
    let wanted = wanted.or_else(|| has.is_none().then(UsageLimits::default));
    if let Some(limits) = wanted.filter(|wanted| has != Some(*wanted)) {
        let replace = |path: &str, value: String| {
            PatchOperation::builder().op(Op::Replace).path(path).value(value).build()
        };
        changes.push(replace("/throttle/rateLimit", limits.rate.to_string()));
        changes.push(replace("/throttle/burstLimit", limits.burst.to_string()));
    }
    changes
}

fn stage_value(stage: &GatewayStage) -> Option<String> {
    Some(format!("{}:{}", stage.api_id()?, stage.stage()?))
}

fn stage_patch(op: Op, value: String) -> PatchOperation {
    PatchOperation::builder().op(op).path("/apiStages").value(value).build()
}

async fn patch(client: &Client, plan: &UsagePlan, changes: Vec<PatchOperation>) -> Result<(), TenancyError> {
    if changes.is_empty() {
        return Ok(());
    }
    client
        .update_usage_plan()
        .usage_plan_id(id_of(plan.id())?)
        .set_patch_operations(Some(changes))
        .send()
        .await
        .map_err(TenancyError::cloud("apigateway"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_changed_only_where_it_differs() {
        let stage = ApiStage { id: "new".into(), stage: "demo".into() };
        let own = "new:demo".to_owned();
        let default = UsageLimits::default();
        let wide = UsageLimits { rate: 200.0, burst: 400 };
        let written = |bound: &[&String], has, wanted| -> Vec<String> {
            let bound: Vec<_> = bound.iter().map(|value| (*value).clone()).collect();
            let changes = differences(&bound, &stage, has, wanted);
            let word = |change: &PatchOperation| {
                let op = change.op().map_or("", Op::as_str);
                format!("{op} {} {}", change.path().unwrap_or_default(), change.value().unwrap_or_default())
            };
            changes.iter().map(word).collect()
        };
        let old = "old:demo".to_owned();
        let moved: &[&str] = &["remove /apiStages old:demo", "add /apiStages new:demo"];
        let wider: &[&str] = &["replace /throttle/rateLimit 200", "replace /throttle/burstLimit 400"];
        let standard: &[&str] = &["replace /throttle/rateLimit 50", "replace /throttle/burstLimit 100"];
        for (bound, has, wanted, expected) in [
            (&[&own][..], Some(default), None, &[][..]),
            (&[&own], Some(wide), None, &[]),
            (&[&own], Some(default), Some(default), &[]),
            (&[&own], Some(default), Some(wide), wider),
            (&[&own], None, None, standard),
            (&[&old], Some(wide), None, moved),
        ] {
            assert_eq!(written(bound, has, wanted), expected, "{bound:?} {has:?} {wanted:?}");
        }
    }
}

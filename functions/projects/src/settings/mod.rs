//! Settings of the tenant and of its projects. What can be done with them is the same for both and stands in `steps`;
//! the routes of each stand beside it, because each needs its own permission and takes its own document.

pub mod project;
pub mod steps;
pub mod tenant;
pub mod view;

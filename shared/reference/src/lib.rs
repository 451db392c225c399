//! Places and occupations.

"""Scans `template.yaml` for what would be unsafe on AWS, and holds every finding to a written reason."""

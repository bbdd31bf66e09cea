"""From the published definitions to the schemas next door; runs when a release is added, not in the product."""

"""What the API's modules share: strict fields, records behind doors, refusals that are alike."""

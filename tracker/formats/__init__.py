"""What leaves the product as a document or a drawing: charts, CSV, FHIR; knows only the domain."""

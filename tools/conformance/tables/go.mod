// Makes the tests of a Go module print their tables as JSON: see main.go.
module bitiq.io/tables

go 1.25.0

module example.cu/team/api

go 1.26

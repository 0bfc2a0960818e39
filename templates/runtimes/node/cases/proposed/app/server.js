listen(process.env.PORT)

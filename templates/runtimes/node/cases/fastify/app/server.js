fastify.listen({port: process.env.PORT})

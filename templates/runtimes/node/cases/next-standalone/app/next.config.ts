export default {output: "standalone"}

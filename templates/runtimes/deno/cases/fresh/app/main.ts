export const app = new App();
